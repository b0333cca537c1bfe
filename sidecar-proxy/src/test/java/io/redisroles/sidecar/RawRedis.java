package io.redisroles.sidecar;

import io.redisroles.redisprocess.ScratchRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Somebody with redis-cli: a connection of its own for each command, without any library between. */
public final class RawRedis {
    private static final int PATIENCE_MILLIS = 30_000;

    private RawRedis() {}

    /** Sends an inline command; the reply's first line without its type, or the one value of a bulk string. */
    public static String command(ScratchRedis redis, String line) {
        try (Socket socket = new Socket(redis.host(), redis.port())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String first = in.readLine();
            if (first == null) {
                throw new IOException("closed");
            }
            return first.startsWith("$") && !first.equals("$-1") ? in.readLine() : first.substring(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
