package io.redisroles.sidecar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends bytes as they are, and reads what comes back; for what no decent HTTP client would send. */
public final class RawClient {
    private static final int PATIENCE_MILLIS = 30_000;

    private RawClient() {}

    /** Sends all of {@code text} and reads until the other side closes. */
    public static String untilClose(InetSocketAddress address, String text) {
        try (Socket socket = new Socket()) {
            socket.connect(address, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            for (int octet = in.read(); octet >= 0; octet = in.read()) {
                answer.write(octet);
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException("after sending: " + text, e);
        }
    }

    /** A complete GET whose answer ends the connection. */
    public static String get(InetSocketAddress address, String path, String... fields) {
        return untilClose(
                address,
                "GET " + path + " HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n"
                        + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n") + "\r\n");
    }

    /** The head of a request, from its lines. */
    public static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /** The status code of an answer. */
    public static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }
}
