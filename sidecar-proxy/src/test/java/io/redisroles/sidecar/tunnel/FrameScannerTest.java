package io.redisroles.sidecar.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.redisroles.sidecar.SocketClient;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class FrameScannerTest {
    private static final int MANY = Integer.MAX_VALUE;
    private static final int TEXT_BEGUN = 0x01;
    private static final int CONTINUED = 0x00;
    private static final int LAST = 0x80;

    @Test
    void fragmentsAreOneMessageAndControlFramesAreNone() {
        // Given
        byte[] bytes = concat(
                SocketClient.frame(SocketClient.TEXT, new byte[5]),
                SocketClient.frame(TEXT_BEGUN, new byte[200]),
                SocketClient.frame(SocketClient.PING),
                SocketClient.frame(CONTINUED),
                SocketClient.frame(LAST, new byte[70_000]),
                SocketClient.frame(SocketClient.BINARY),
                SocketClient.frame(SocketClient.PONG, new byte[125]));
        FrameScanner scanner = FrameScanner.ofClient();

        // When
        int stop = scan(scanner, bytes);

        // Then
        assertThat(stop).isEqualTo(bytes.length);
        assertThat(scanner.messages()).isEqualTo(3);
        assertThat(scanner.isAtBoundary()).isTrue();
        assertThat(scanner.isBroken()).isFalse();
        assertThat(scanner.isClosing()).isFalse();
    }

    @Test
    void headersAreTakenWholeWhereverTheBytesAreCut() {
        // Given
        byte[] bytes = concat(
                SocketClient.frame(TEXT_BEGUN, new byte[3]),
                SocketClient.frame(LAST, new byte[130]),
                SocketClient.frame(SocketClient.PING, new byte[2]),
                SocketClient.frame(SocketClient.BINARY, new byte[65_536]),
                SocketClient.close(1000));
        for (int cut = 0; cut <= bytes.length; cut = cut < 400 ? cut + 1 : cut + 997) {
            FrameScanner scanner = FrameScanner.ofClient();

            // When
            int first = scan(scanner, Arrays.copyOf(bytes, cut));
            int messages = scanner.messages();
            assertThat(cut - first).as("held back at %d", cut).isBetween(0, 13);
            int second = scan(scanner, Arrays.copyOfRange(bytes, first, bytes.length));

            // Then
            assertThat(first + second).isEqualTo(bytes.length);
            assertThat(messages + scanner.messages()).as("cut at %d", cut).isEqualTo(2);
            assertThat(scanner.isClosing()).isTrue();
            assertThat(scanner.isAtBoundary()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "8100", // not masked
                "8101", // not masked, seen before the rest of the frame
                "8980aabb", // not whole: no verdict yet, see below
                "09800000000000", // a ping in fragments
                "89fe007e00000000", // a ping of 126 bytes
                "80800000000000", // goes on with nothing
                "81fe007d00000000", // 125 in two bytes
                "81ff000000000000ffff00000000", // 65535 in eight bytes
                "81ffffffffffffffffff00000000" // more than 2^63
            })
    void whatRfc6455ForbidsIsNotPassed(String hex) {
        // Given
        FrameScanner scanner = FrameScanner.ofClient();

        // When
        int stop = scan(scanner, HexFormat.of().parseHex(hex));

        // Then
        assertThat(stop).isZero();
        assertThat(scanner.isBroken()).isEqualTo(!hex.equals("8980aabb"));
        assertThat(scanner.messages()).isZero();
    }

    @Test
    void aMessageDoesNotBeginInsideAnother() {
        // Given
        byte[] first = SocketClient.frame(TEXT_BEGUN, (byte) 'a');
        byte[] bytes = concat(first, SocketClient.frame(SocketClient.TEXT, (byte) 'b'));
        FrameScanner scanner = FrameScanner.ofClient();

        // When
        int stop = scan(scanner, bytes);

        // Then
        assertThat(stop).isEqualTo(first.length);
        assertThat(scanner.isBroken()).isTrue();
    }

    @Test
    void reservedBitsAndOpcodesAreForExtensions() {
        // Given
        byte[] bytes =
                concat(SocketClient.frame(0xC1, new byte[9]), SocketClient.frame(0x83), SocketClient.frame(0x8B));
        FrameScanner scanner = FrameScanner.ofClient();

        // When
        int stop = scan(scanner, bytes);

        // Then
        assertThat(stop).isEqualTo(bytes.length);
        assertThat(scanner.messages()).isEqualTo(2);
    }

    @Test
    void itStopsBeforeAMessageTooManyAndCanGoBack() {
        // Given
        byte[] message = SocketClient.frame(SocketClient.TEXT, new byte[7]);
        byte[] bytes = concat(message, message, SocketClient.frame(SocketClient.PING), message);
        FrameScanner scanner = FrameScanner.ofClient();

        // When
        scanner.save();
        int all = scan(scanner, bytes);
        scanner.restore();
        int two = scanner.scan(Unpooled.wrappedBuffer(bytes), 0, 2);

        // Then
        assertThat(all).isEqualTo(bytes.length);
        assertThat(two).isEqualTo(bytes.length - message.length);
        assertThat(scanner.isFull()).isTrue();
    }

    @Test
    void theAppsFramesAreOnlyMeasured() {
        // Given
        FrameScanner scanner = FrameScanner.ofApp();

        // When
        int stop = scan(scanner, new byte[] {(byte) 0x82, 3, 1, 2, 3, (byte) 0x82, 5, 1, 2});

        // Then
        assertThat(stop).isEqualTo(9);
        assertThat(scanner.isAtBoundary()).isFalse();
        assertThat(scanner.remaining()).isEqualTo(3);
    }

    private static int scan(FrameScanner scanner, byte[] bytes) {
        ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
        return scanner.scan(buffer, 0, MANY);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List.of(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }
}
