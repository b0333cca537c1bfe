package io.redisroles.sidecar.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReceivedBodyTest {
    private static final int WINDOW = 65_535;

    private final ReceivedBody body = new ReceivedBody();

    @Test
    void aWindowOfSingleOctetsIsOneBuffer() {
        // When
        for (int i = 0; i < WINDOW; i++) {
            add(Unpooled.buffer(1).writeByte(i), 0, false);
        }

        // Then
        assertThat(body.returnable()).as("nobody took any").isZero();
        HttpContent content = body.take();
        assertThat(content.content().readableBytes()).isEqualTo(WINDOW);
        assertThat(content.content().capacity()).isLessThanOrEqualTo(128 * 1024);
        assertThat(content.content().getByte(300)).isEqualTo((byte) 300);
        assertThat(body.returnable()).isEqualTo(WINDOW);
        assertThat(body.isReady()).isFalse();
        content.release();
    }

    @Test
    void aLargePartPassesUncopied() {
        ByteBuf part = Unpooled.buffer(16_384).writeZero(16_384);
        add(part, 0, false);
        HttpContent content = body.take();
        assertThat(content.content()).isSameAs(part);
        content.release();
    }

    @Test
    void paddingAloneIsGivenBackAtOnce() {
        add(Unpooled.EMPTY_BUFFER, 256, false);
        assertThat(body.isReady()).isFalse();
        assertThat(body.returnable()).isEqualTo(256);
    }

    @Test
    void theEndComesOnceWithWhatIsLeftAndTheTrailers() {
        // When
        add(Unpooled.buffer(1).writeByte(7), 0, false);
        body.end(new DefaultHttpHeaders().add("x-after", "all"));

        // Then
        LastHttpContent last = (LastHttpContent) body.take();
        assertThat(last.content().readableBytes()).isEqualTo(1);
        assertThat(last.trailingHeaders().get("x-after")).isEqualTo("all");
        assertThat(body.isReady()).isFalse();
        last.release();
    }

    @Test
    void whatIsDiscardedIsReleasedAndGivenBack() {
        ByteBuf part = Unpooled.buffer(8_192).writeZero(8_192);
        add(part, 0, true);
        body.discard();
        assertThat(part.refCnt()).isZero();
        assertThat(body.returnable()).isEqualTo(8_192);
        assertThat(body.isReady()).isFalse();
    }

    private void add(ByteBuf content, int padding, boolean ends) {
        body.add(UnpooledByteBufAllocator.DEFAULT, new DefaultHttp2DataFrame(content, ends, padding));
    }
}
