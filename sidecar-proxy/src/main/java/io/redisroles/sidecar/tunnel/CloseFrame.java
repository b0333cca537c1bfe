package io.redisroles.sidecar.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.random.RandomGenerator;

/** The Close frames that the proxy sends itself (RFC 6455 §5.5.1): a status code and no text. */
final class CloseFrame {
    private static final int FIN_CLOSE = 0x88;
    private static final int MASKED = 0x80;
    private static final int CODE_BYTES = 2;

    private CloseFrame() {}

    /** As a server sends it. */
    static ByteBuf toClient(ByteBufAllocator allocator, int code) {
        return allocator.buffer(4).writeByte(FIN_CLOSE).writeByte(CODE_BYTES).writeShort(code);
    }

    /** As a client sends it: masked (§5.3). */
    static ByteBuf toApp(ByteBufAllocator allocator, int code, RandomGenerator random) {
        int mask = random.nextInt();
        return allocator
                .buffer(8)
                .writeByte(FIN_CLOSE)
                .writeByte(MASKED | CODE_BYTES)
                .writeInt(mask)
                .writeShort(code ^ (mask >>> 16));
    }
}
