package io.redisroles.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/** The script of the redirect's image; its rules in a network namespace of their own, where this user may make one. */
@EnabledOnOs(OS.LINUX)
class RedirectTest {
    private static final Path SCRIPT = Path.of(System.getProperty("repository.root"), "images/redirect/redirect");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                              | --uid is missing
            --uid                           | --uid has no value
            --uid root 8080=15001           | "root" is not a user
            --uid 0 8080=15001              | "0" is not a user
            --uid 15001                     | no port is to be redirected
            --uid 15001 8080                | "8080" is no argument
            --uid 15001 0=15001             | "0" is not a port
            --uid 15001 8080=65536          | "65536" is not a port
            --uid 15001 8080=15001 8080=2   | a port of it is there twice
            --uid 15001 8080=1 9090=1       | a port of it is there twice
            --uid 15001 8080=8080           | a port of it is there twice
            --uid 15001 8080;reboot=1       | is not a port
            """)
    void aBadArgumentEndsWithTwoAndOneLine(String arguments, String problem) throws Exception {
        Outcome outcome = run(List.of(), arguments);

        assertThat(outcome.code).isEqualTo(2);
        assertThat(outcome.output).startsWith("redirect: ").contains(problem).hasLineCount(1);
    }

    @Test
    void theSameRulesStandAfterASecondRun() throws Exception {
        assumeThat(run(List.of("unshare", "-rn", "nft", "list", "ruleset"), List.of()).code)
                .as("a network namespace and nft")
                .isZero();
        Outcome once = run(
                List.of("unshare", "-rn", "sh", "-c", "\"$0\" \"$@\" && nft list ruleset"), "--uid 15001 8080=15001");
        Outcome twice = run(
                List.of("unshare", "-rn", "sh", "-c", "\"$0\" \"$@\" >&2 && \"$0\" \"$@\" && nft list ruleset"),
                "--uid 15001 8080=15001");

        assertThat(once.code).as(once.output).isZero();
        assertThat(once.output).startsWith("redirect: 8080=15001 in ").contains("ct status");
        assertThat(twice.output).endsWith(once.output);
    }

    private static Outcome run(List<String> around, String arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(arguments.isEmpty() ? List.of() : List.of(arguments.split(" ")));
        return run(around, command);
    }

    private static Outcome run(List<String> around, List<String> command) throws Exception {
        List<String> line = new ArrayList<>(around);
        line.addAll(command);
        if (!command.isEmpty() && around.isEmpty()) {
            line.add(0, "sh");
        }
        Path output = Files.createTempFile("redirect", ".out");
        try {
            int code = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            return new Outcome(code, Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException notThere) {
            return new Outcome(127, String.valueOf(notThere.getMessage()));
        } finally {
            Files.delete(output);
        }
    }

    private record Outcome(int code, String output) {}
}
