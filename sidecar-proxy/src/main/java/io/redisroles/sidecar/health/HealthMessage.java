package io.redisroles.sidecar.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** The two messages of {@code grpc.health.v1}, small enough to be written without a library for protocol buffers. */
final class HealthMessage {
    /** Whether it is compressed, and its length. */
    private static final int PREFIX = 5;

    /** {@code string service = 1}. */
    private static final int SERVICE = 0x0A;
    /** {@code ServingStatus status = 1}. */
    private static final int STATUS = 0x08;

    private static final int SERVING = 1;

    private HealthMessage() {}

    static ByteBuf request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteBuf message = Unpooled.buffer();
        if (name.length > 0) {
            message.writeByte(SERVICE);
            int length = name.length;
            while (length > 0x7F) {
                message.writeByte((length & 0x7F) | 0x80);
                length >>= 7;
            }
            message.writeByte(length).writeBytes(name);
        }
        int size = message.readableBytes();
        return Unpooled.wrappedBuffer(Unpooled.buffer(PREFIX).writeByte(0).writeInt(size), message);
    }

    /** Whether a whole answer says so; one with fields that this does not know says nothing. */
    static boolean isServing(ByteBuf answer) {
        return answer.readableBytes() == PREFIX + 2
                && answer.getByte(0) == 0
                && answer.getInt(1) == 2
                && answer.getByte(PREFIX) == STATUS
                && answer.getByte(PREFIX + 1) == SERVING;
    }
}
