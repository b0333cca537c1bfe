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
    record Outcome(int code, String output) {}

    /** Runs it to its end and returns what it printed; fails if it fails. */
    String run(String... arguments) {
        Outcome outcome = attempt(arguments);
        if (outcome.code != 0) {
            throw new AssertionError(
                    program + " " + List.of(arguments) + " ended with " + outcome.code + ": " + outcome.output);
        }
        return outcome.output;
    }

    /** Runs it to its end, whatever that is. */
    Outcome attempt(String... arguments) {
        List<String> line = new ArrayList<>(program);
        line.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("e2e", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(line + " did not end within " + LIMIT_SECONDS + " s");
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
