package io.redisroles.sidecar;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict WebSocket server that echoes, written by the letter of RFC 6455 and sharing no code with the proxy. A text that
 * begins with {@code !} is an order instead.
 */
final class WebSocketEcho {
    private static final Pattern KEY = Pattern.compile("(?im)^sec-websocket-key: *(\\S+)");
    private static final Pattern PROTOCOL = Pattern.compile("(?im)^sec-websocket-protocol: *([^,\r]+)");
    private static final Pattern EXTENSIONS = Pattern.compile("(?im)^sec-websocket-extensions: *([^\r]+)");

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    private WebSocketEcho(Socket socket, InputStream in, OutputStream out) {
        this.socket = socket;
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Answers the upgrade and serves until the socket ends. */
    static void serve(Socket socket, String head, InputStream in, OutputStream out) throws IOException {
        Matcher key = KEY.matcher(head);
        if (!key.find()) {
            write(out, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        boolean wrong = head.contains("?wrong");
        String accept = accept(wrong ? "wrong" : key.group(1));
        StringBuilder answer = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + "\r\n");
        Matcher protocol = PROTOCOL.matcher(head);
        if (protocol.find()) {
            answer.append("Sec-WebSocket-Protocol: ").append(protocol.group(1)).append("\r\n");
        }
        Matcher extensions = EXTENSIONS.matcher(head);
        if (extensions.find()) {
            answer.append("Sec-WebSocket-Extensions: ")
                    .append(extensions.group(1))
                    .append("\r\n");
        }
        write(out, answer + "\r\n" + (head.contains("?greet") ? "\u0081\u0005hello" : ""));
        new WebSocketEcho(socket, in, out).run();
    }

    private void run() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int messageOpcode = 0;
        while (true) {
            int first = in.read();
            if (first < 0) {
                return;
            }
            int second = in.readUnsignedByte();
            int opcode = first & 0x0F;
            boolean fin = (first & 0x80) != 0;
            int shortLength = second & 0x7F;
            boolean control = opcode >= 8;
            if ((first & 0x30) != 0
                    || (second & 0x80) == 0
                    || (control ? opcode > 10 || !fin || shortLength > 125 : opcode > 2)
                    || (!control && (opcode == 0) != (messageOpcode != 0))) {
                fail(1002);
                return;
            }
            long length =
                    shortLength == 126 ? in.readUnsignedShort() : shortLength == 127 ? in.readLong() : shortLength;
            if (length < 0 || (shortLength == 126 && length < 126) || (shortLength == 127 && length < 65536)) {
                fail(1002);
                return;
            }
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes((int) length);
            if (payload.length < length) {
                return;
            }
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i % 4];
            }
            if (opcode == 8) {
                end(closeAnswer(payload));
                return;
            } else if (opcode == 9) {
                frame(0x8A, payload);
            } else if (!control) {
                messageOpcode = opcode == 0 ? messageOpcode : opcode;
                message.write(payload);
                if (messageOpcode == 1 && fin && !isUtf8(message.toByteArray())) {
                    fail(1007);
                    return;
                }
                if (fin) {
                    if (!onMessage(messageOpcode, message.toByteArray())) {
                        return;
                    }
                    messageOpcode = 0;
                    message.reset();
                }
            }
        }
    }

    private boolean onMessage(int opcode, byte[] payload) throws IOException {
        String order = payload.length < 64 && payload.length > 0 && payload[0] == '!'
                ? new String(payload, StandardCharsets.UTF_8)
                : "";
        String[] words = order.split(" ", -1);
        switch (words[0]) {
            case "!close" -> frame(0x88, code(Integer.parseInt(words[1])));
            case "!die" -> {
                socket.setSoLinger(true, 0);
                return false;
            }
            case "!eof" -> {
                socket.shutdownOutput();
                return in.read() >= 0;
            }
            case "!half" -> { // half a frame of ten bytes, and the other half at the next message
                out.write(new byte[] {(byte) 0x82, 10, 0, 1, 2, 3, 4});
                out.flush();
            }
            case "!rest" -> {
                out.write(new byte[] {5, 6, 7, 8, 9});
                out.flush();
            }
            case "!push" -> {
                for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                    frame(0x82, new byte[Integer.parseInt(words[2])]);
                }
            }
            default -> frame(0x80 | opcode, payload);
        }
        return true;
    }

    /** §5.5.1, §7.4. */
    private static byte[] closeAnswer(byte[] payload) {
        if (payload.length == 0) {
            return payload;
        }
        if (payload.length == 1) {
            return code(1002);
        }
        int code = ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF);
        boolean known = (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006)
                || (code >= 3000 && code < 5000);
        if (!known) {
            return code(1002);
        }
        byte[] reason = Arrays.copyOfRange(payload, 2, payload.length);
        return isUtf8(reason) ? code(code) : code(1007);
    }

    private void fail(int code) throws IOException {
        end(code(code));
    }

    /** Closes, and reads on to the end, so that the Close arrives before the end of the connection. */
    private void end(byte[] closePayload) throws IOException {
        frame(0x88, closePayload);
        socket.shutdownOutput();
        while (in.read() >= 0) {
            // not looked at
        }
    }

    private void frame(int first, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(payload.length);
        } else if (payload.length < 65536) {
            frame.write(126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(127);
            frame.write(ByteBuffer.allocate(8).putLong(payload.length).array());
        }
        frame.write(payload);
        out.write(frame.toByteArray());
        out.flush();
    }

    private static byte[] code(int code) {
        return new byte[] {(byte) (code >> 8), (byte) code};
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }
}
