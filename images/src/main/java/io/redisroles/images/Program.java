package io.redisroles.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A program that is run to its end. */
final class Program {
    private Program() {}

    /**
     * Returns what it printed.
     *
     * @throws IOException with what it printed, if it fails
     */
    static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code;
        try {
            code = process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: " + command, e);
        }
        if (code != 0) {
            throw new IOException(command + " ended with " + code + ": " + output);
        }
        return output;
    }
}
