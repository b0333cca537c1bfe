package io.redisroles.sidecar;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A WebSocket client that sends whatever it is told to, byte by byte if need be. */
public final class SocketClient implements AutoCloseable {
    public static final int TEXT = 0x81;
    public static final int BINARY = 0x82;
    public static final int CLOSE = 0x88;
    public static final int PING = 0x89;
    public static final int PONG = 0x8A;

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final int PATIENCE_MILLIS = 30_000;
    private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

    private final Socket socket;
    private final DataInputStream in;
    private final String head;

    private SocketClient(Socket socket, String request) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        StringBuilder read = new StringBuilder();
        while (read.indexOf("\r\n\r\n") < 0) {
            read.append((char) in.readUnsignedByte());
        }
        head = read.toString();
    }

    /** Asks for a WebSocket; what the answer was is in {@link #head}. */
    public static SocketClient open(InetSocketAddress address, String path, String... fields) {
        return open(address, 0, path, fields);
    }

    /** The same, with so small a receive buffer that a client who does not read is soon felt. */
    public static SocketClient open(InetSocketAddress address, int receiveBuffer, String path, String... fields) {
        try {
            Socket socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(address, PATIENCE_MILLIS);
            return new SocketClient(socket, request(path, fields));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The request of a WebSocket. */
    public static String request(String path, String... fields) {
        return "GET " + path + " HTTP/1.1\r\nHost: app.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: " + KEY + "\r\nSec-WebSocket-Version: 13\r\n"
                + (fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n") + "\r\n";
    }

    /** The head of the answer to the upgrade. */
    public String head() {
        return head;
    }

    public SocketClient text(String text) {
        return send(frame(TEXT, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Sends bytes as they are. */
    public SocketClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A masked frame in the shortest form; {@code first} is its first byte. */
    public static byte[] frame(int first, byte... payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 65536) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.writeBytes(MASK);
        for (int i = 0; i < payload.length; i++) {
            frame.write(payload[i] ^ MASK[i % 4]);
        }
        return frame.toByteArray();
    }

    /** A Close with a status code. */
    public static byte[] close(int code) {
        return frame(CLOSE, (byte) (code >> 8), (byte) code);
    }

    /** The next frame; {@link Frame#END} if the connection ends instead. */
    public Frame read() {
        try {
            int first = in.read();
            if (first < 0) {
                return Frame.END;
            }
            int second = in.readUnsignedByte();
            int shortLength = second & 0x7F;
            long length =
                    shortLength == 126 ? in.readUnsignedShort() : shortLength == 127 ? in.readLong() : shortLength;
            byte[] payload = in.readNBytes((int) length);
            return payload.length < length ? Frame.END : new Frame(first, payload);
        } catch (EOFException | SocketException e) {
            return Frame.END;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of the next frame. */
    public String readText() {
        return new String(read().payload, StandardCharsets.UTF_8);
    }

    /** Sends no more; can still receive. */
    public void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Goes away with a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A frame of the server's.
     *
     * @param first its first byte; -1 for the end of the connection
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by its code or text only.
    public record Frame(int first, byte[] payload) {
        public static final Frame END = new Frame(-1, new byte[0]);

        /** The status code of a Close; 0 for one without, -1 for any other frame. */
        public int closeCode() {
            if (first != CLOSE) {
                return -1;
            }
            return payload.length < 2 ? 0 : ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        }

        public boolean isEnd() {
            return first < 0;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Frame frame && frame.first == first && Arrays.equals(frame.payload, payload);
        }

        @Override
        public int hashCode() {
            return 31 * first + Arrays.hashCode(payload);
        }

        @Override
        public String toString() {
            return first < 0
                    ? "end"
                    : Integer.toHexString(first) + ":"
                            + (payload.length > 40
                                    ? payload.length + " bytes"
                                    : new String(payload, StandardCharsets.ISO_8859_1));
        }
    }
}
