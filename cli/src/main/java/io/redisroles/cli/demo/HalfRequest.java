package io.redisroles.cli.demo;

import io.redisroles.cli.CliException;
import io.redisroles.contract.Endpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A request that has begun and not ended: its header and half of its body are sent. One thread. */
final class HalfRequest implements AutoCloseable {
    private static final int LIMIT_MILLIS = 10_000;

    private final Socket socket;

    private HalfRequest(Socket socket) {
        this.socket = socket;
    }

    static HalfRequest begin(Endpoint app, String path) {
        try {
            Socket socket = new Socket(app.host(), app.port());
            socket.setSoTimeout(LIMIT_MILLIS);
            HalfRequest request = new HalfRequest(socket);
            request.write("POST " + path + " HTTP/1.1\r\nHost: " + app + "\r\nContent-Length: 2\r\n\r\na");
            return request;
        } catch (IOException e) {
            throw new CliException("POST " + path + " cannot be begun: " + e.getMessage(), e);
        }
    }

    /** Sends the rest and waits for the answer; its status line. */
    String finish() {
        try {
            write("b");
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return new String(line, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new CliException("an upload was not answered: " + e.getMessage(), e);
        }
    }

    private void write(String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new CliException("a connection cannot be closed: " + e.getMessage(), e);
        }
    }
}
