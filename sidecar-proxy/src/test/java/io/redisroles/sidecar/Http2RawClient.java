package io.redisroles.sidecar;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sends HTTP/2 frames as they are, good ones and bad ones, and reads what comes back. Gives window back for what it reads
 * unless told not to. For one thread.
 */
public final class Http2RawClient implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;
    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;
    public static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
    private final Map<Integer, Answer> answers = new HashMap<>();
    private boolean giving = true;

    private Http2RawClient(Socket socket) throws IOException {
        this.socket = socket;
        out = socket.getOutputStream();
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    }

    /** Connects without sending anything. */
    public static Http2RawClient silent(InetSocketAddress address) {
        try {
            Socket socket = new Socket();
            socket.connect(address, PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            return new Http2RawClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects and sends the preface and empty settings. */
    public static Http2RawClient connect(InetSocketAddress address) {
        Http2RawClient client = silent(address);
        client.raw(PREFACE.getBytes(StandardCharsets.US_ASCII));
        client.frame(SETTINGS, 0, 0, new byte[0]);
        return client;
    }

    /** From now on no window is given back. */
    public Http2RawClient keepingWindow() {
        giving = false;
        return this;
    }

    public void raw(byte[] octets) {
        try {
            out.write(octets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void frame(int type, int flags, int stream, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
        frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
        frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        raw(frame.array());
    }

    /** A complete header block; {@code fields} are names and values in turn. */
    public void headers(int stream, boolean end, String... fields) {
        frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
    }

    /** A request without body; {@code fields} are names and values in turn. */
    public void get(int stream, String path, String... fields) {
        headers(stream, true, request("GET", path, fields));
    }

    public void data(int stream, boolean end, byte[] octets) {
        frame(DATA, end ? END_STREAM : 0, stream, octets);
    }

    /** Fields of a request, names and values in turn. */
    public static String[] request(String method, String path, String... fields) {
        List<String> all =
                new ArrayList<>(List.of(":method", method, ":scheme", "http", ":path", path, ":authority", "app.test"));
        all.addAll(List.of(fields));
        return all.toArray(new String[0]);
    }

    /** Literals that enter no table (RFC 7541 §6.2.2), not compressed. */
    public static byte[] block(String... fields) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            literal(block, fields[i]);
            literal(block, fields[i + 1]);
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        byte[] octets = text.getBytes(StandardCharsets.ISO_8859_1);
        if (octets.length < 127) {
            block.write(octets.length);
        } else {
            block.write(127);
            int left = octets.length - 127;
            while (left >= 128) {
                block.write(left % 128 + 128);
                left /= 128;
            }
            block.write(left);
        }
        block.writeBytes(octets);
    }

    public static byte[] int32(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    /** A line of HTTP/1, before the first frame. */
    public String line() {
        try {
            StringBuilder line = new StringBuilder();
            for (int octet = in.readUnsignedByte(); octet != '\n'; octet = in.readUnsignedByte()) {
                if (octet != '\r') {
                    line.append((char) octet);
                }
            }
            return line.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame; empty when the connection has ended. Settings and pings are answered. */
    public Optional<Frame> read() {
        try {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int stream = in.readInt();
            Frame frame = new Frame(type, flags, stream, in.readNBytes(length));
            try {
                react(frame);
            } catch (UncheckedIOException e) {
                // the other side takes no more; what it has sent can still be read
            }
            return Optional.of(frame);
        } catch (EOFException | SocketException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void react(Frame frame) throws IOException {
        if (frame.type == SETTINGS && frame.flags == 0) {
            frame(SETTINGS, ACK, 0, new byte[0]);
        } else if (frame.type == PING && frame.flags == 0) {
            frame(PING, ACK, 0, frame.payload);
        } else if (frame.type == DATA && giving && frame.payload.length > 0) {
            frame(WINDOW_UPDATE, 0, 0, int32(frame.payload.length));
            if ((frame.flags & END_STREAM) == 0) {
                frame(WINDOW_UPDATE, 0, frame.stream, int32(frame.payload.length));
            }
        }
        if (frame.stream != 0) {
            answers.computeIfAbsent(frame.stream, stream -> new Answer()).add(frame, decoder);
        }
    }

    /** Reads until the stream has ended, one way or the other. */
    public Answer answer(int stream) {
        Answer answer = soFar(stream);
        while (!answer.complete && answer.reset < 0) {
            if (read().isEmpty()) {
                throw new AssertionError("the connection ended before the answer: " + answer);
            }
        }
        return answer;
    }

    /** What has been read of a stream. */
    public Answer soFar(int stream) {
        return answers.computeIfAbsent(stream, number -> new Answer());
    }

    /** Reads until the connection ends; the error of the last GOAWAY, -1 if there was none. */
    public long untilGoAway() {
        long error = -1;
        for (Optional<Frame> frame = read(); frame.isPresent(); frame = read()) {
            if (frame.get().type == GOAWAY) {
                error = ByteBuffer.wrap(frame.get().payload).getInt(4);
            }
        }
        return error;
    }

    /** Reads on until a frame of this type has come. */
    public Frame await(int type) {
        while (true) {
            Frame frame = read().orElseThrow(() -> new AssertionError("the connection ended before frame " + type));
            if (frame.type == type) {
                return frame;
            }
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

    /** A frame as it came. */
    public static final class Frame {
        private final int type;
        private final int flags;
        private final int stream;
        private final byte[] payload;

        private Frame(int type, int flags, int stream, byte[] payload) {
            this.type = type;
            this.flags = flags;
            this.stream = stream;
            this.payload = payload;
        }

        /** The last stream that a GOAWAY names. */
        public int lastStream() {
            return ByteBuffer.wrap(payload).getInt();
        }

        /** The error of RST_STREAM. */
        long error() {
            return ByteBuffer.wrap(payload).getInt();
        }
    }

    /** What came on one stream. */
    public static final class Answer {
        private final List<Http2Headers> blocks = new ArrayList<>();
        private final ByteArrayOutputStream body = new ByteArrayOutputStream();
        private int frames;
        private boolean complete;
        private long reset = -1;

        private void add(Frame frame, DefaultHttp2HeadersDecoder decoder) throws IOException {
            if (frame.type == WINDOW_UPDATE) {
                return;
            }
            frames++;
            if (frame.type == HEADERS) {
                try {
                    blocks.add(decoder.decodeHeaders(frame.stream, Unpooled.wrappedBuffer(frame.payload)));
                } catch (Http2Exception e) {
                    throw new IOException(e);
                }
            } else if (frame.type == DATA) {
                body.write(frame.payload);
            } else if (frame.type == RST_STREAM) {
                reset = frame.error();
            }
            complete |= (frame.type == HEADERS || frame.type == DATA) && (frame.flags & END_STREAM) != 0;
        }

        /** Of the final answer; 0 if there is none. */
        public int status() {
            for (Http2Headers block : blocks) {
                int status = block.status() == null
                        ? 0
                        : Integer.parseInt(block.status().toString());
                if (status >= 200) {
                    return status;
                }
            }
            return 0;
        }

        /** All header blocks: interim answers, the final one, trailers. */
        public List<Http2Headers> blocks() {
            return blocks;
        }

        /** A field of any block; empty if there is none. */
        public String field(String name) {
            for (Http2Headers block : blocks) {
                CharSequence value = block.get(name);
                if (value != null) {
                    return value.toString();
                }
            }
            return "";
        }

        public String text() {
            return body.toString(StandardCharsets.ISO_8859_1);
        }

        public int length() {
            return body.size();
        }

        /** The error the stream was reset with; -1 if it was not. */
        public long reset() {
            return reset;
        }

        /** How many frames the answer consisted of, without window updates. */
        public int frames() {
            return frames;
        }

        public boolean isComplete() {
            return complete;
        }

        @Override
        public String toString() {
            return blocks + " body=" + body.size() + " reset=" + reset;
        }
    }
}
