package io.redisroles.redisprocess;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One redis-server that this JVM started and ends. Safe for all threads. */
public final class RedisProcess implements AutoCloseable {
    private static final long GRACE_SECONDS = 10;

    private final Process process;

    private RedisProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts a server.
     *
     * @param arguments a configuration file first, if there is one, then overriding {@code --directive value} pairs
     * @param log where its output is appended
     */
    public static RedisProcess start(RedisBinary binary, List<String> arguments, Path log) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(binary.path().toString());
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        process.getOutputStream().close();
        return new RedisProcess(process);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the server as a crash would (SIGKILL) and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Asks the server to save and end (SIGTERM), and kills it if it has not ended within 10 s. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }
}
