package io.redisroles.sidecar.tunnel;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of one direction of a WebSocket by their headers (RFC 6455 §5.2); payloads are skipped, never looked at.
 * Reserved bits and opcodes pass, because extensions use them. Allocates nothing; used by one thread at a time.
 */
final class FrameScanner {
    private static final int FIN = 0x80;
    private static final int MASK = 0x80;
    private static final int CONTROL = 0x8;
    private static final int CLOSE = 0x8;
    private static final int CONTINUATION = 0x0;
    private static final int MAX_CONTROL = 125;
    private static final int LENGTH_16 = 126;
    private static final int LENGTH_64 = 127;
    private static final int STOP = -1;

    private final boolean strict;

    private long remaining;
    private boolean inMessage;
    private boolean closing;
    private boolean broken;
    private boolean data;
    private boolean full;
    private int messages;
    private int most;

    private long savedRemaining;
    private boolean savedInMessage;
    private boolean savedClosing;

    private FrameScanner(boolean strict) {
        this.strict = strict;
    }

    /** For the client's frames: each must be masked and allowed where it stands. */
    static FrameScanner ofClient() {
        return new FrameScanner(true);
    }

    /** For the app's frames: only their boundaries matter. */
    static FrameScanner ofApp() {
        return new FrameScanner(false);
    }

    /**
     * Scans the readable bytes of {@code bytes} from {@code from} on, without moving its indexes.
     *
     * @param mostMessages how many messages may begin
     * @return up to where: the end, a header that is not complete, one that is not allowed ({@link #isBroken}), or that of the
     *     first message too many
     */
    int scan(ByteBuf bytes, int from, int mostMessages) {
        messages = 0;
        most = mostMessages;
        data = false;
        full = false;
        int at = from;
        int end = bytes.writerIndex();
        while (at < end && !broken) {
            if (remaining > 0) {
                int skipped = (int) Math.min(remaining, end - at);
                remaining -= skipped;
                at += skipped;
            } else {
                int next = header(bytes, at, end - at);
                if (next == STOP) {
                    break;
                }
                at = next;
            }
        }
        return at;
    }

    /** How many messages began in the last scan; all frames of a message are one, control frames are none. */
    int messages() {
        return messages;
    }

    /** Whether a frame of a message began in the last scan. */
    boolean sawData() {
        return data;
    }

    /** Whether the last scan stopped before a message too many. */
    boolean isFull() {
        return full;
    }

    /** Whether a frame came that is not allowed; nothing after it can be understood. */
    boolean isBroken() {
        return broken;
    }

    /** Whether a Close frame has begun: no message follows. */
    boolean isClosing() {
        return closing;
    }

    /** Whether what was scanned ends where a frame ends. */
    boolean isAtBoundary() {
        return remaining == 0;
    }

    /** Bytes of the current frame that have not come yet. */
    long remaining() {
        return remaining;
    }

    /** Remembers the state for {@link #restore}. */
    void save() {
        savedRemaining = remaining;
        savedInMessage = inMessage;
        savedClosing = closing;
    }

    /** Forgets what was scanned since {@link #save}. */
    void restore() {
        remaining = savedRemaining;
        inMessage = savedInMessage;
        closing = savedClosing;
        broken = false;
    }

    /** Where the payload begins, or {@link #STOP}. */
    private int header(ByteBuf bytes, int at, int available) {
        if (available < 2) {
            return STOP;
        }
        int first = bytes.getUnsignedByte(at);
        int second = bytes.getUnsignedByte(at + 1);
        int opcode = first & 0x0F;
        boolean fin = (first & FIN) != 0;
        boolean control = opcode >= CONTROL;
        boolean masked = (second & MASK) != 0;
        int shortLength = second & 0x7F;
        if (strict && !isAllowed(opcode, fin, masked, shortLength)) {
            broken = true;
            return STOP;
        }
        int lengthBytes = shortLength == LENGTH_16 ? 2 : shortLength == LENGTH_64 ? 8 : 0;
        int size = 2 + lengthBytes + (masked ? 4 : 0);
        if (available < size) {
            return STOP;
        }
        long length = lengthBytes == 0
                ? shortLength
                : lengthBytes == 2 ? bytes.getUnsignedShort(at + 2) : bytes.getLong(at + 2);
        if (length < 0 || (strict && !isShortestForm(length, lengthBytes))) {
            broken = true;
            return STOP;
        }
        if (!control) {
            if (opcode != CONTINUATION) {
                if (messages == most) {
                    full = true;
                    return STOP;
                }
                messages++;
            }
            data = true;
            inMessage = !fin;
        }
        closing |= opcode == CLOSE;
        remaining = length;
        return at + size;
    }

    private boolean isAllowed(int opcode, boolean fin, boolean masked, int shortLength) {
        if (!masked) {
            return false; // §5.1
        }
        if (opcode >= CONTROL) {
            return fin && shortLength <= MAX_CONTROL; // §5.5
        }
        return (opcode == CONTINUATION) == inMessage; // §5.4
    }

    /** §5.2: the minimal number of bytes encodes the length. */
    private static boolean isShortestForm(long length, int lengthBytes) {
        return lengthBytes == 0 || (lengthBytes == 2 ? length >= LENGTH_16 : length > 0xFFFF);
    }
}
