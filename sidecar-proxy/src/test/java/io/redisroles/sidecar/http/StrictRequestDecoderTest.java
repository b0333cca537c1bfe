package io.redisroles.sidecar.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class StrictRequestDecoderTest {
    private static final String BEGIN = "GET / HTTP/1.1\r\nHost: a\r\n";

    private final HeadBudget budget = new HeadBudget(20_000);
    private final List<EmbeddedChannel> open = new ArrayList<>();

    private EmbeddedChannel connection() {
        EmbeddedChannel channel = new EmbeddedChannel(new StrictRequestDecoder(budget.ofConnection()));
        open.add(channel);
        return channel;
    }

    @AfterEach
    void nothingIsLeft() {
        open.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(budget.ofConnection().take(8_192 + 20_000))
                .as("all was given back")
                .isTrue();
    }

    private static void write(EmbeddedChannel channel, String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    }

    private static HttpRequest head(EmbeddedChannel channel) {
        HttpRequest head = channel.readInbound();
        assertThat(head).isNotNull();
        Object rest = channel.readInbound();
        ReferenceCountUtil.release(rest);
        return head;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 1000})
    void foldingIsSeenHoweverTheBytesArrive(int part) {
        // Given
        EmbeddedChannel channel = connection();
        String request = BEGIN + "X: y\r\n z\r\n\r\n";

        // When
        for (int at = 0; at < request.length(); at += part) {
            write(channel, request.substring(at, Math.min(at + part, request.length())));
        }

        // Then
        assertThat(head(channel).decoderResult().isFailure()).isTrue();
    }

    @Test
    void aBlankWithinALineIsNoFolding() {
        EmbeddedChannel channel = connection();
        write(channel, BEGIN + "X: ");
        write(channel, " y\r\n\r\n");
        assertThat(head(channel).decoderResult().isSuccess()).isTrue();
    }

    @Test
    void anEndlessHeadEndsAtTheTwoHundredthField() {
        // Given
        EmbeddedChannel channel = connection();
        write(channel, BEGIN);

        // When
        write(channel, "X: y\r\n".repeat(200));

        // Then
        assertThat(head(channel).decoderResult().cause()).isInstanceOf(TooLongHttpHeaderException.class);
        write(channel, "X: y\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        assertThat(channel.<Object>readInbound()).as("nothing after it is read").isNull();
    }

    @Test
    void largeHeadsShareWhatTheHeapCanHold() {
        // Given: one that takes most of it
        EmbeddedChannel first = connection();
        EmbeddedChannel second = connection();
        write(first, BEGIN + "X: " + "y".repeat(25_000) + "\r\n");

        // When
        write(second, BEGIN + "X: " + "y".repeat(25_000) + "\r\n");

        // Then
        assertThat(head(second).decoderResult().cause()).isInstanceOf(TooLongHttpHeaderException.class);
        EmbeddedChannel third = connection();
        write(third, BEGIN + "X: " + "y".repeat(7_000) + "\r\n\r\n");
        assertThat(head(third).decoderResult().isSuccess())
                .as("usual ones are free")
                .isTrue();
        first.finishAndReleaseAll();
        EmbeddedChannel fourth = connection();
        write(fourth, BEGIN + "X: " + "y".repeat(25_000) + "\r\n\r\n");
        assertThat(head(fourth).decoderResult().isSuccess()).isTrue();
    }
}
