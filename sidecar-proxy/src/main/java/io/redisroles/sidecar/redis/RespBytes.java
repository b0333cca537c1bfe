package io.redisroles.sidecar.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** Writes commands in Redis' protocol (RESP: an array of bulk strings). */
final class RespBytes {
    private static final int CRLF = '\r' << 8 | '\n';

    private RespBytes() {}

    static void array(int length, ByteBuf out) {
        out.writeByte('*');
        number(length, out);
        out.writeShort(CRLF);
    }

    static void bulk(byte[] value, ByteBuf out) {
        out.writeByte('$');
        number(value.length, out);
        out.writeShort(CRLF);
        out.writeBytes(value);
        out.writeShort(CRLF);
    }

    static void bulk(int value, ByteBuf out) {
        if (value >= 0 && value < 10) {
            out.writeByte('$');
            out.writeByte('1');
            out.writeShort(CRLF);
            out.writeByte('0' + value);
            out.writeShort(CRLF);
        } else {
            bulk(Integer.toString(value).getBytes(StandardCharsets.US_ASCII), out);
        }
    }

    private static void number(int value, ByteBuf out) {
        if (value < 10) {
            out.writeByte('0' + value);
        } else if (value < 100) {
            out.writeByte('0' + value / 10);
            out.writeByte('0' + value % 10);
        } else {
            int unused = ByteBufUtil.writeAscii(out, Integer.toString(value));
        }
    }
}
