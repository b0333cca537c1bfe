package io.redisroles.sidecar;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The app behind the proxy in tests: reads requests byte by byte, keeps their heads, and answers by path. Deliberately not
 * Netty, so that both sides do not share one parser's mistakes.
 */
public final class TestApp implements AutoCloseable {
    private final ServerSocket listener;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    public TestApp() {
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        spawn(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The heads of all requests so far, as they came. */
    public List<String> heads() {
        return heads;
    }

    public int connections() {
        return connections.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                open.add(socket);
                spawn(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (true) {
                String head = readHead(in);
                if (head.isEmpty()) {
                    return;
                }
                heads.add(head);
                if (head.startsWith("GET /app/ws")) {
                    WebSocketEcho.serve(socket, head, in, out);
                    return;
                }
                if (!answer(head, in, out)) {
                    return;
                }
            }
        } catch (IOException e) {
            // the proxy closed
        }
    }

    /** Answers one request; false ends the connection. */
    private static boolean answer(String head, InputStream in, OutputStream out) throws IOException {
        String[] line = head.substring(0, head.indexOf('\r')).split(" ", -1);
        String path = line[1].replaceFirst("\\?.*", "");
        if (head.toLowerCase(Locale.ROOT).contains("expect: 100-continue")) {
            write(out, "HTTP/1.1 100 Continue\r\n\r\n");
        }
        long body = readBody(head, in);
        switch (path) {
            case "/app/hang" -> {
                return in.read() >= 0;
            }
            case "/app/drop" -> {
                return false;
            }
            case "/app/once" -> { // keep-alive by its words, closed by its deeds
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                return false;
            }
            case "/app/204" -> write(out, "HTTP/1.1 204 No Content\r\n\r\n");
            case "/app/304" -> write(out, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\n");
            case "/app/chunked" ->
                write(
                        out,
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\nX-Trail: t\r\n\r\n");
            case "/app/events" -> { // one event, and then nothing for as long as anybody listens
                write(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nd\r\ndata: first\n\n\r\n");
                return in.read() >= 0;
            }
            case "/app/until-close" -> {
                write(out, "HTTP/1.1 200 OK\r\n\r\nto the end");
                return false;
            }
            case "/app/short" -> {
                write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
                return false;
            }
            case "/app/big" -> big(out, Long.parseLong(line[1].substring(line[1].indexOf('=') + 1)));
            default -> {
                String text = line[0].equals("HEAD") ? "" : head.replace("\r\n", "\n") + "body=" + body + "\n";
                long length = line[0].equals("HEAD") ? 42 : text.length();
                write(
                        out,
                        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + length + "\r\n\r\n" + text);
            }
        }
        return true;
    }

    private static void big(OutputStream out, long bytes) throws IOException {
        write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
        byte[] block = new byte[64 * 1024];
        for (long left = bytes; left > 0; left -= block.length) {
            out.write(block, 0, (int) Math.min(left, block.length));
        }
        out.flush();
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                return "";
            }
            head.write(octet);
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static long readBody(String head, InputStream in) throws IOException {
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("transfer-encoding: chunked")) {
            long total = 0;
            while (true) {
                int size = Integer.parseInt(readLine(in), 16);
                in.readNBytes(size);
                total += size;
                if (size == 0) {
                    String trailer = readLine(in);
                    while (!trailer.isEmpty()) {
                        trailer = readLine(in);
                    }
                    return total;
                }
                readLine(in);
            }
        }
        int at = lower.indexOf("content-length: ");
        if (at < 0) {
            return 0;
        }
        long left = Long.parseLong(lower.substring(at + 16, lower.indexOf('\r', at)));
        long total = left;
        byte[] block = new byte[64 * 1024];
        while (left > 0) {
            int read = in.read(block, 0, (int) Math.min(left, block.length));
            if (read < 0) {
                throw new IOException("cut off");
            }
            left -= read;
        }
        return total;
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != '\n'; octet = in.read()) {
            if (octet < 0) {
                throw new IOException("cut off");
            }
            if (octet != '\r') {
                line.append((char) octet);
            }
        }
        return line.toString();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void spawn(Runnable work) {
        Thread thread = new Thread(work, "test-app");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
