package io.redisroles.bench.scale;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * Ends by pid what this JVM started, should this JVM be killed: a shell reads pids from a pipe that only the JVM holds, and ends
 * them when that pipe does. Closing it ends what is still told. Safe for all threads.
 */
final class Orphans implements AutoCloseable {
    private static final String UNTIL_END_OF_INPUT =
            "pids=; while read -r pid; do pids=\"$pids $pid\"; done; [ -z \"$pids\" ] || kill $pids 2>/dev/null";

    private final Process shell;

    private Orphans(Process shell) {
        this.shell = shell;
    }

    static Orphans watch() throws IOException {
        return new Orphans(new ProcessBuilder("/bin/sh", "-c", UNTIL_END_OF_INPUT)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    synchronized void add(long pid) {
        try {
            shell.getOutputStream().write((pid + "\n").getBytes(StandardCharsets.US_ASCII));
            shell.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            shell.waitFor();
        } catch (IOException e) {
            shell.destroy();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
