package io.redisroles.sidecar.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects one reply as Lettuce reads it. */
final class ReplyOutput extends CommandOutput<byte[], byte[], List<Object>> {
    private final boolean text;
    /** The array that is being read; one for the reply itself is there before anything is read. */
    private List<Object> current = new ArrayList<>();

    private int depth;
    private @Nullable Deque<List<Object>> enclosing;

    /** With bulk strings as texts or as they are. */
    ReplyOutput(boolean text) {
        super(ByteArrayCodec.INSTANCE, List.of());
        this.text = text;
        this.output = current;
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        current.add(bytes == null ? Reply.NIL : text ? decode(bytes) : copy(bytes));
    }

    @Override
    public void set(long integer) {
        current.add(integer);
    }

    @Override
    public void set(double number) {
        current.add(number);
    }

    @Override
    public void set(boolean value) {
        current.add(value ? 1L : 0L);
    }

    @Override
    public void multi(int count) {
        depth++;
        if (depth > 1) {
            List<Object> nested = new ArrayList<>(Math.max(0, count));
            current.add(nested);
            if (enclosing == null) {
                enclosing = new ArrayDeque<>();
            }
            enclosing.push(current);
            current = nested;
        }
    }

    @Override
    public void complete(int remaining) {
        if (remaining > 0 && remaining < depth && enclosing != null) {
            current = enclosing.pop();
            depth--;
        }
    }

    private static String decode(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }
}
