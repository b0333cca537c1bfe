package io.redisroles.apiserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A server that lives no longer than this JVM, however that ends: a shell waits for the end of a pipe that only the JVM
 * holds, and then ends its one child by pid.
 */
final class ServerProcess implements AutoCloseable {
    private static final String UNTIL_END_OF_INPUT = "exec 3<&0; \"$@\" 3<&- </dev/null & child=$!;"
            + " { cat <&3 >/dev/null; kill \"$child\"; } & watcher=$!;"
            + " wait \"$child\"; status=$?; kill \"$watcher\" 2>/dev/null; exit $status";

    private final Process shell;
    private final Path log;

    /**
     * How a server is started.
     *
     * @param binary of it
     * @param log where its output goes
     */
    record Start(Path binary, Path log, List<String> arguments) {
        ServerProcess run() throws IOException {
            return start(binary, log, arguments.toArray(String[]::new));
        }
    }

    private ServerProcess(Process shell, Path log) {
        this.shell = shell;
        this.log = log;
    }

    static ServerProcess start(Path binary, Path log, String... arguments) throws IOException {
        if (!Files.isExecutable(binary)) {
            throw new IOException(binary + " is not executable (expected in KUBEBUILDER_ASSETS)");
        }
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", UNTIL_END_OF_INPUT, "sh", binary.toString()));
        command.addAll(List.of(arguments));
        Process shell = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new ServerProcess(shell, log);
    }

    void requireAlive() {
        if (!shell.isAlive()) {
            throw new IllegalStateException("ended with " + shell.exitValue() + ": " + lastLines());
        }
    }

    private String lastLines() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> family = shell.descendants().toList();
        try {
            shell.getOutputStream().close();
            if (!shell.waitFor(20, TimeUnit.SECONDS)) {
                family.forEach(ProcessHandle::destroyForcibly);
                shell.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            family.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }
}
