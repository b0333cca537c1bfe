package io.redisroles.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program with an environment.
 *
 * @param program and its first arguments
 * @param environment added to this process'
 */
record Command(List<String> program, Map<String, String> environment) {
    private static final long LIMIT_SECONDS = 240;

    /** What came of a run: exit code, and standard output and error together. */
    record Outcome(int code, String output) {
        boolean succeeded() {
            return code == 0;
        }
    }

    /** The same program with more of its first arguments. */
    Command with(String... arguments) {
        List<String> longer = new ArrayList<>(program);
        longer.addAll(List.of(arguments));
        return new Command(longer, environment);
    }

    /** Runs it to its end and returns what it printed; fails if it fails. */
    String run(String... arguments) {
        return runWith("", arguments);
    }

    /** The same with {@code input} on its standard input. */
    String runWith(String input, String... arguments) {
        Outcome outcome = attemptWith(input, arguments);
        if (!outcome.succeeded()) {
            throw new AssertionError(
                    program + " " + List.of(arguments) + " ended with " + outcome.code + ": " + outcome.output);
        }
        return outcome.output;
    }

    /** Runs it to its end, whatever that is. */
    Outcome attempt(String... arguments) {
        return attemptWith("", arguments);
    }

    /** The same with {@code input} on its standard input. */
    Outcome attemptWith(String input, String... arguments) {
        List<String> line = with(arguments).program;
        try {
            Path output = Files.createTempFile("e2e", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(
                        line + " did not end within " + LIMIT_SECONDS + " s: " + Files.readString(output));
            }
            String text = Files.readString(output, StandardCharsets.UTF_8).strip();
            Files.delete(output);
            return new Outcome(process.exitValue(), text);
        } catch (IOException e) {
            throw new UncheckedIOException(String.valueOf(line), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
