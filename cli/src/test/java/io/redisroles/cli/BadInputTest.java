package io.redisroles.cli;

import io.redisroles.cli.local.InstanceDirectory;
import io.redisroles.cli.local.Ports;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/** Each mistake is one clear message and exit code 2, and leaves nothing running and nothing behind. */
class BadInputTest {
    private static final String OFFSET = "13000";
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: records}
            spec:
              role: shared
              memory: {maxMemory: 16Mi}
              consumers: [{name: reader, keys: ["cache:*"]}]
            """;

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(InstanceDirectory.of(new Ports(Integer.parseInt(OFFSET))).root())
                .doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    maxMemory: 16Mi | maxMemory: 16Potatoes       | spec.memory.maxMemory
                    maxMemory: 16Mi | maxMemory: -1               | spec.memory.maxMemory
                    role: shared    | role: sharred               | spec.role: "sharred"
                    memory:         | memroy:                     | unknown field spec.memroy
                    cache:*         | cache *                     | spec.consumers
                    name: reader    | name: _operator             | spec.consumers
                    """)
    void aResourceThatCannotBeDoneIsNamed(String right, String wrong, String message) throws IOException {
        // Given
        write(ROLE.replace(right, wrong));

        // When, Then
        assertRefused(message, "up", folder.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ports: [8080, 9090] | spec.ports: [8080, 9090] (expected here: exactly one
                    opaquePorts: [9090] | spec.ports: absent (expected here: exactly one
                    """)
    void aPolicyOfMoreThanThisMachineHasIsNamed(String ports, String message) throws IOException {
        // Given
        write(ROLE + """
                ---
                apiVersion: redisroles.io/v1alpha1
                kind: AccessPolicy
                metadata: {name: web}
                spec:
                  selector: {matchLabels: {app: web}}
                  %s
                  roles: {limits: {name: records}}
                  rules: [{name: all, session: None}]
                """.formatted(ports));

        // When, Then
        assertRefused("AccessPolicy default/web, " + message, "up", folder.toString());
    }

    @Test
    void twoRolesOnOnePortAreNamed() throws IOException {
        // Given
        write(ROLE + "---\n" + ROLE.replace("name: records", "name: more"));

        // When, Then
        assertRefused(
                "port 6381 is wanted twice: RedisRole default/records, spec.service.port; RedisRole default/more",
                "up",
                folder.toString());
    }

    @Test
    void aPortInUseIsNamedWithTheMend() throws IOException {
        // Given
        write(ROLE);
        try (ServerSocket taken = new ServerSocket(6381 + 13000, 1, InetAddress.getLoopbackAddress())) {
            // When, Then
            assertRefused(
                    "port " + taken.getLocalPort() + " (RedisRole default/records, spec.service.port) is in use",
                    "up",
                    folder.toString());
            assertThat(err.toString()).contains("--port-offset");
        }
    }

    @Test
    void aRedisServerThatIsNotThereIsNamed() throws IOException {
        // Given
        write(ROLE);

        // When, Then
        assertRefused(
                "/nowhere/redis-server cannot be run",
                "up",
                folder.toString(),
                "--redis-server",
                "/nowhere/redis-server");
        assertThat(err.toString()).contains("Install Redis 7.0 or later");
    }

    @Test
    void aRedisServerThatIsTooOldIsNamed() throws IOException {
        // Given
        write(ROLE);
        Path old = folder.resolve("redis-server");
        Files.writeString(old, "#!/bin/sh\necho 'Redis server v=6.2.14 sha=00000000:0'\n");
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));

        // When, Then
        assertRefused(
                "is Redis 6.2.14 (needed: 7.0 or later)", "up", folder.toString(), "--redis-server", old.toString());
    }

    @Test
    void aDataFolderThatCannotBeWrittenIsNamed() throws IOException {
        // Given
        write(ROLE);
        Path file = Files.writeString(folder.resolve("file"), "in the way");

        // When, Then
        assertRefused("--data " + file + " cannot be written", "up", folder.toString(), "--data", file.toString());
    }

    @Test
    void anAppThatIsNotThereIsNamed() throws IOException {
        // Given
        write(ROLE);
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }

        // When, Then
        assertRefused(
                "--app 127.0.0.1:" + closed + ": nothing answers there",
                "up",
                folder.toString(),
                "--app",
                "127.0.0.1:" + closed);
    }

    @Test
    void aFolderWithoutRolesIsNamed() {
        assertRefused("there is nothing to serve", "up", folder.toString());
    }

    @Test
    void anOffsetBeyondTheLastPortIsNamed() throws IOException {
        write(ROLE);
        assertThat(execute("up", folder.toString(), "--port-offset", "60000")).isEqualTo(2);
        assertThat(err.toString()).contains("--port-offset 60000 (expected: 0 to 50514)");
    }

    @Test
    void withoutAnInstanceTheOtherCommandsSaySo() {
        assertRefused("nothing runs here with --port-offset 13000", "get");
        assertRefused("nothing runs here with --port-offset 13000", "binding", "gateway");
    }

    @Test
    void anUnknownOptionPointsToHelp() {
        assertThat(execute("up", folder.toString(), "--colour")).isEqualTo(2);
        assertThat(err.toString()).contains("--colour").contains("redisrole up --help");
    }

    private void assertRefused(String message, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--port-offset", OFFSET));
        assertThat(execute(all.toArray(String[]::new))).isEqualTo(2);
        assertThat(err.toString()).contains(message).startsWith("redisrole: ");
        assertThat(err.toString().strip().lines()).as("one clear message").hasSize(1);
    }

    private int execute(String... arguments) {
        err.getBuffer().setLength(0);
        CommandLine command = Main.commandLine();
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    private void write(String yaml) throws IOException {
        Files.writeString(folder.resolve("roles.yaml"), yaml);
    }
}
