package io.redisroles.operator.desired;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.redisprocess.RedisBinary;
import io.redisroles.redisprocess.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A real redis-server with the redis.conf and the ACL file that a plan renders; only port, bind, dir and aclfile are this
 * machine's, and connections are never encrypted.
 */
public final class RenderedRedis implements AutoCloseable {
    private final RolePlan plan;
    private final RoleCredentials credentials;
    private final int port;
    private final Path log;
    private final RedisProcess process;
    private final RedisClient client = RedisClient.create();
    private final Map<String, StatefulRedisConnection<String, String>> connections = new HashMap<>();

    private RenderedRedis(RolePlan plan, RoleCredentials credentials, Path directory, Path volume) throws IOException {
        this.plan = plan;
        this.credentials = credentials;
        this.port = freePort();
        this.log = directory.resolve("redis.log");
        this.process = launch(plan, credentials, directory, volume, port);
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        try {
            Awaitility.await().until(() -> listens() || !process.isAlive());
        } finally {
            if (!listens()) {
                close();
            }
        }
        assertThat(process.isAlive())
                .as(() -> "redis-server starts: " + text(log))
                .isTrue();
    }

    /** What a server that does not start on its data says before it ends. */
    public static String lastWords(RolePlan plan, Path directory) {
        try {
            Files.deleteIfExists(directory.resolve("redis.log"));
            RedisProcess process = launch(plan, Samples.credentials(plan), directory, directory, freePort());
            try {
                Awaitility.await().until(() -> !process.isAlive());
            } finally {
                process.close();
            }
            return text(directory.resolve("redis.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RedisProcess launch(
            RolePlan plan, RoleCredentials credentials, Path directory, Path volume, int port) throws IOException {
        Path acl = Files.writeString(directory.resolve("users.acl"), AclFile.of(plan, credentials));
        Path conf = Files.writeString(directory.resolve("redis.conf"), RedisConfigMap.redisConf(plan));
        RedisBinary binary = RedisBinary.find(System.getenv().getOrDefault("PATH", ""), directory.resolve("bin"));
        List<String> overrides = new ArrayList<>(List.of(
                "--port",
                String.valueOf(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                volume.toString(),
                "--aclfile",
                acl.toString()));
        if (plan.tls().isPresent()) {
            overrides.addAll(List.of("--tls-port", "0"));
        }
        return PodCommand.start(
                binary.path(), binary, StartCommand.of(plan), volume, conf, overrides, directory.resolve("redis.log"));
    }

    /** Starts one whose append-only file is on a volume of its own. */
    public static RenderedRedis start(RolePlan plan, Path directory, Path volume) {
        try {
            return new RenderedRedis(plan, Samples.credentials(plan), directory, volume);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What the server has printed. */
    public String log() {
        return text(log);
    }

    /** A connection of its own of a user with a password. */
    public StatefulRedisConnection<String, String> connectAs(String user) {
        return connect(user, credentials.of(user).value());
    }

    /** Ends the server as a crash would; another one may be started on the same folder. */
    public void kill() {
        process.kill();
        close();
    }

    public static RenderedRedis start(RolePlan plan, Path directory) {
        try {
            return new RenderedRedis(plan, Samples.credentials(plan), directory, directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RolePlan plan() {
        return plan;
    }

    public RoleCredentials credentials() {
        return credentials;
    }

    public int port() {
        return port;
    }

    /** Runs a command as a user with a password of its own; the answer, or the error, as text. */
    public String call(String user, String... command) {
        return call(connection(user), command);
    }

    /** As {@link #call(String, String...)}, the command written with single spaces. */
    public String run(String user, String command) {
        return call(user, command.split(" ", -1));
    }

    /**
     * Logs in on a connection of its own, without a user name if empty, and runs a command; the answer, or the error, as text.
     * The connection begins as the probe, which needs no password.
     */
    public String login(Optional<String> user, String password, String command) {
        try (StatefulRedisConnection<String, String> connection = connect(AclUser.PROBE, "any")) {
            String answer = user.map(name -> call(connection, "AUTH", name, password))
                    .orElseGet(() -> call(connection, "AUTH", password));
            return answer.equals("OK") ? call(connection, command.split(" ", -1)) : answer;
        }
    }

    /** Whether the connection on which commands of {@code user} were run last is still open. */
    public boolean isConnected(String user) {
        StatefulRedisConnection<String, String> connection = connections.get(user);
        try {
            return connection != null && connection.sync().ping().equals("PONG");
        } catch (RedisException e) {
            return false;
        }
    }

    /** The value of a directive as the server says. */
    public String config(String directive) {
        return connection(AclUser.OPERATOR).sync().configGet(directive).getOrDefault(directive, "(absent)");
    }

    @Override
    public void close() {
        client.shutdown();
        process.close();
    }

    /** One for each user; another one once it is closed. */
    private StatefulRedisConnection<String, String> connection(String user) {
        StatefulRedisConnection<String, String> connection = connections.get(user);
        if (connection == null || !connection.isOpen()) {
            connection = connectAs(user);
            connections.put(user, connection);
        }
        return connection;
    }

    private StatefulRedisConnection<String, String> connect(String user, String password) {
        return client.connect(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withAuthentication(user, password.toCharArray())
                .build());
    }

    private static String call(StatefulRedisConnection<String, String> connection, String... command) {
        CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
        for (String argument : List.of(command).subList(1, command.length)) {
            arguments.add(argument);
        }
        try {
            return String.valueOf(connection.sync().dispatch(new Keyword(command[0]), new AnswerText(), arguments));
        } catch (RedisCommandExecutionException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private record Keyword(String text) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return text.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
