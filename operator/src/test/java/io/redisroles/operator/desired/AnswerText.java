package io.redisroles.operator.desired;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Any answer of Redis as text: its values, however deep, with spaces between them. */
final class AnswerText extends CommandOutput<String, String, StringJoiner> {
    AnswerText() {
        super(StringCodec.UTF8, new StringJoiner(" "));
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        output.add(bytes == null ? "(nil)" : String.valueOf(StandardCharsets.UTF_8.decode(bytes)));
    }

    @Override
    public void set(long integer) {
        output.add(String.valueOf(integer));
    }

    @Override
    public void set(double number) {
        output.add(String.valueOf(number));
    }

    @Override
    public void set(boolean value) {
        output.add(String.valueOf(value));
    }
}
