package io.redisroles.images;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests as a sidecar usually gets them: over connections that stay open, most of users who come back, some of strangers, first
 * as many as it takes, then with pauses. A JVM that has seen them knows which way requests go; an AOT cache keeps that. Blocks
 * the threads that call.
 */
public final class TrainingLoad {
    private static final int CONNECTIONS = 32;
    private static final int REQUESTS = 8000;
    private static final int PACED_REQUESTS = 150;
    private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();
    private static final int USERS = 500;
    /** Every so many requests are of somebody without a session. */
    private static final int STRANGERS = 16;

    private static final int READ_MILLIS = 10_000;

    private TrainingLoad() {}

    /** Leaves the users' tokens in Redis, as a service does that issues them. */
    public static void logIn(String host, int port) throws IOException {
        try (Socket redis = new Socket(host, port)) {
            InputStream replies = new BufferedInputStream(redis.getInputStream());
            for (int user = 0; user < USERS; user++) {
                String command = "SET auth:token:" + sha256(token(user)) + " user-" + user + " EX 3600\r\n";
                redis.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
                String reply = line(replies);
                if (!reply.equals("+OK")) {
                    throw new IOException("Redis took no token: " + reply);
                }
            }
        }
    }

    /**
     * Makes the requests.
     *
     * @param port of a sidecar on this machine
     * @throws IOException if one was not answered, or a user's with anything but 204
     */
    public static void run(int port) throws IOException {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                int first = i * USERS / CONNECTIONS;
                all.add(clients.submit(() -> {
                    ask(port, first);
                    return true;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IOException("a request of the training failed", e.getCause());
        } finally {
            clients.shutdownNow();
        }
    }

    private static void ask(int port, int first) throws IOException {
        try (Socket sidecar = new Socket(InetAddress.getLoopbackAddress(), port)) {
            sidecar.setTcpNoDelay(true);
            sidecar.setSoTimeout(READ_MILLIS);
            InputStream answers = new BufferedInputStream(sidecar.getInputStream());
            for (int i = 0; i < REQUESTS + PACED_REQUESTS; i++) {
                boolean stranger = i % STRANGERS == 0;
                String credential = stranger ? "" : "Authorization: Bearer " + token((first + i) % USERS) + "\r\n";
                String request = "GET /items?page=" + i % 10 + " HTTP/1.1\r\nHost: training\r\nAccept: */*\r\n"
                        + "User-Agent: training/1\r\n" + credential + "\r\n";
                sidecar.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                int status = answer(answers);
                if (!stranger && status != 204) {
                    throw new IOException("request " + i + " was answered " + status);
                }
                if (i >= REQUESTS) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    /** Reads one answer; its status. */
    private static int answer(InputStream in) throws IOException {
        int status = Integer.parseInt(line(in).split(" ", 3)[1]);
        int length = 0;
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            String lower = field.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length =
                        Integer.parseInt(lower.substring(lower.indexOf(':') + 1).strip());
            }
        }
        in.skipNBytes(length);
        return status;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new EOFException("the connection was closed");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    private static String token(int user) {
        return "of-training-" + user;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
