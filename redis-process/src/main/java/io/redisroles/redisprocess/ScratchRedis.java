package io.redisroles.redisprocess;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A throw-away redis-server for tests, on a free loopback port, with its data in a folder of its own that goes when it is
 * closed. One thread at a time.
 */
public final class ScratchRedis implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final Path directory;
    private final RedisBinary binary;
    private final int port;
    private final List<String> directives;
    private RedisProcess process;

    private ScratchRedis(Path directory, List<String> directives) throws IOException {
        this.directory = directory;
        this.directives = directives;
        this.binary = RedisBinary.find(System.getenv().getOrDefault("PATH", ""), directory.resolve("bin"));
        this.port = freePort();
        this.process = launch();
    }

    /** Starts a server with the given directives on top of Redis' defaults and waits until it answers PING. */
    public static ScratchRedis start(String... directives) {
        try {
            return new ScratchRedis(Files.createTempDirectory("scratch-redis-"), List.of(directives));
        } catch (IOException e) {
            throw new UncheckedIOException("a scratch redis-server could not be started", e);
        }
    }

    public String host() {
        return "127.0.0.1";
    }

    public int port() {
        return port;
    }

    /** The address as {@code redis://127.0.0.1:port}. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public long pid() {
        return process.pid();
    }

    /** Ends it as a crash would; the data folder stays for {@link #restart}. */
    public void kill() {
        process.kill();
    }

    /** Starts it again on the same port and data, and waits until it answers. */
    public void restart() {
        process.close();
        try {
            process = launch();
        } catch (IOException e) {
            throw new UncheckedIOException("the scratch redis-server could not be restarted", e);
        }
    }

    /** Stops the process without ending it, as a network that swallows everything would (SIGSTOP). */
    public void freeze() {
        signal("STOP");
    }

    /** Lets a frozen process go on (SIGCONT). */
    public void thaw() {
        signal("CONT");
    }

    @Override
    public void close() {
        thaw();
        process.close();
        try {
            new ScratchFolder(directory).delete();
        } catch (IOException e) {
            throw new UncheckedIOException("left behind: " + directory, e);
        }
    }

    private void signal(String name) {
        if (!process.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException("SIG" + name + " could not be sent", e);
        }
    }

    private RedisProcess launch() throws IOException {
        Path log = directory.resolve("redis.log");
        List<String> arguments = new ArrayList<>(
                List.of("--port", String.valueOf(port), "--bind", host(), "--dir", directory.toString(), "--save", ""));
        arguments.addAll(directives);
        RedisProcess started = RedisProcess.start(binary, arguments, log);
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!answers()) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                started.close();
                throw new IOException("redis-server did not start on port " + port + ": " + Files.readString(log));
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        return started;
    }

    /** Whether it answers PING with PONG, or asks for a password: both mean that it serves. */
    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host(), port), 1000);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String answer = new String(in.readNBytes(5), StandardCharsets.US_ASCII);
            return answer.equals("+PONG") || answer.equals("-NOAU");
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
