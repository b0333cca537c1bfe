package io.redisroles.sidecar;

import io.redisroles.sidecar.SocketClient.Frame;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Cases in the order of the Autobahn test suite's sections, each played to a server directly and through the proxy: the
 * client sees the same. Where the proxy itself refuses (RFC 6455 §5), it says so as the server does, perhaps sooner.
 */
@Timeout(240)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebSocketConformanceTest {
    private static final int TEXT_BEGUN = 0x01;
    private static final int BINARY_BEGUN = 0x02;
    private static final int CONTINUED = 0x00;
    private static final int LAST = 0x80;
    private static final int ONE_BY_ONE = 200;

    private RunningProxy proxy;

    @BeforeAll
    void start() {
        proxy = RunningProxy.start(
                "- {name: app, paths: [\"/app/**\"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}\n");
    }

    @AfterAll
    void stop() {
        proxy.close();
    }

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        framing(cases);
        pings(cases);
        reserved(cases);
        fragments(cases);
        utf8(cases);
        closes(cases);
        limits(cases);
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theProxiedResultIsTheDirectOne(Case played) {
        // When
        List<Frame> direct = play(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.app.port()), played);
        List<Frame> proxied = play(proxy.address(), played);

        // Then
        if (played.refused) {
            Frame end = proxied.get(proxied.size() - 1);
            List<Frame> before = proxied.subList(0, proxied.size() - 1);
            assertThat(end.closeCode())
                    .isEqualTo(1002)
                    .isEqualTo(direct.get(direct.size() - 1).closeCode());
            assertThat(before).isEqualTo(direct.subList(0, before.size()));
        } else {
            assertThat(proxied).isEqualTo(direct);
        }
    }

    @Test
    void thereAreAsManyCasesAsWereThoughtOf() {
        assertThat(cases()).hasSizeGreaterThan(120).extracting(Case::name).doesNotHaveDuplicates();
    }

    /** What the client sees until the connection ends. */
    private static List<Frame> play(InetSocketAddress address, Case played) {
        try (SocketClient socket = SocketClient.open(address, "/app/ws")) {
            if (played.bytes.length < ONE_BY_ONE && played.slowly) {
                for (byte octet : played.bytes) {
                    socket.send(new byte[] {octet});
                }
            } else {
                socket.send(played.bytes);
            }
            List<Frame> seen = new ArrayList<>();
            for (Frame frame = socket.read(); !frame.isEnd(); frame = socket.read()) {
                seen.add(frame);
                if (frame.first() == SocketClient.CLOSE) {
                    socket.endOutput();
                }
            }
            return seen;
        }
    }

    /** Sections 1, 9 and 10 in small. */
    private static void framing(List<Case> cases) {
        for (int size : new int[] {0, 1, 125, 126, 127, 128, 65_535, 65_536}) {
            cases.add(Case.of("1.1 text of " + size, SocketClient.frame(SocketClient.TEXT, letters(size))));
            cases.add(Case.of("1.2 binary of " + size, SocketClient.frame(SocketClient.BINARY, octets(size))));
        }
        cases.add(Case.slow("1.3 text byte by byte", SocketClient.frame(SocketClient.TEXT, letters(100))));
        cases.add(Case.slow("1.4 two messages byte by byte", text("first"), text("second")));
        cases.add(Case.refused("1.5 not masked", text("a"), new byte[] {(byte) 0x81, 1, 'x'}));
        cases.add(Case.refused("1.6 length of 125 in two bytes", hex("81fe007d00000000")));
        cases.add(Case.refused("1.7 length of 65535 in eight bytes", hex("81ff000000000000ffff00000000")));
        cases.add(Case.refused("1.8 length of more than 2^63", hex("82ff800000000000000000000000")));
    }

    private static void pings(List<Case> cases) {
        for (int size : new int[] {0, 1, 125}) {
            cases.add(Case.of("2.1 ping of " + size, SocketClient.frame(SocketClient.PING, octets(size))));
        }
        cases.add(Case.refused("2.5 ping of 126", SocketClient.frame(SocketClient.PING, octets(126))));
        cases.add(Case.slow("2.6 ping byte by byte", SocketClient.frame(SocketClient.PING, octets(100))));
        cases.add(Case.of("2.7 pong that nobody asked for", SocketClient.frame(SocketClient.PONG), text("after")));
        byte[][] ten = new byte[10][];
        Arrays.setAll(ten, i -> SocketClient.frame(SocketClient.PING, (byte) i));
        cases.add(Case.of("2.10 ten pings", ten));
        cases.add(Case.slow("2.11 ten pings byte by byte", ten));
    }

    private static void reserved(List<Case> cases) {
        for (int bits = 1; bits < 8; bits++) {
            int first = SocketClient.TEXT | bits << 4;
            cases.add(Case.of("3." + bits + " reserved bits", text("a"), SocketClient.frame(first, letters(3))));
            cases.add(Case.slow("3." + bits + " reserved bits in a ping", SocketClient.frame(first | 8)));
        }
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            cases.add(Case.of("4 opcode " + opcode, text("a"), SocketClient.frame(0x80 | opcode)));
            cases.add(Case.slow("4 opcode " + opcode + " with payload", SocketClient.frame(0x80 | opcode, letters(4))));
        }
    }

    private static void fragments(List<Case> cases) {
        byte[] begun = SocketClient.frame(TEXT_BEGUN, letters(9));
        byte[] more = SocketClient.frame(CONTINUED, letters(4));
        byte[] last = SocketClient.frame(LAST, letters(6));
        byte[] ping = SocketClient.frame(SocketClient.PING, letters(5));
        cases.add(Case.refused("5.1 ping in two frames", SocketClient.frame(0x09, letters(2)), last));
        cases.add(Case.refused("5.2 pong in two frames", SocketClient.frame(0x0A, letters(2)), last));
        cases.add(Case.of("5.3 two frames", begun, last));
        cases.add(Case.slow("5.5 two frames byte by byte", begun, last));
        cases.add(Case.of("5.6 ping between", begun, ping, last));
        cases.add(Case.slow("5.8 ping between, byte by byte", begun, ping, last));
        cases.add(Case.refused("5.9 continuation of nothing", last));
        cases.add(Case.refused("5.12 unfinished continuation of nothing", more, text("after")));
        cases.add(Case.of("5.15 after one message", begun, last, text("after")));
        cases.add(Case.refused("5.16 continuation after the end", begun, last, more));
        cases.add(Case.refused("5.18 message inside a message", begun, text("inside")));
        cases.add(Case.of("5.19 many frames and pings", begun, more, ping, more, more, ping, ping, last));
        cases.add(Case.slow("5.20 the same byte by byte", begun, more, ping, more, more, ping, ping, last));
        cases.add(Case.of(
                "5.21 empty frames", SocketClient.frame(TEXT_BEGUN), SocketClient.frame(0), SocketClient.frame(LAST)));
        cases.add(Case.of(
                "5.22 binary", SocketClient.frame(BINARY_BEGUN, octets(200)), SocketClient.frame(LAST, octets(300))));
    }

    private static void utf8(List<Case> cases) {
        byte[] greek =
                "Hello-\u00b5@\u00df\u00f6\u00e4\u00fc\u00e0\u00e1-UTF-8!! \u03ba\u1f79\u03c3\u03bc\u03b5 \ud83d\ude00"
                        .getBytes(StandardCharsets.UTF_8);
        cases.add(Case.of("6.2 valid", SocketClient.frame(SocketClient.TEXT, greek)));
        cases.add(Case.slow("6.2 valid byte by byte", SocketClient.frame(SocketClient.TEXT, greek)));
        byte[][] split = new byte[greek.length + 1][];
        for (int i = 0; i < greek.length; i++) {
            split[i] = SocketClient.frame(i == 0 ? TEXT_BEGUN : CONTINUED, greek[i]);
        }
        split[greek.length] = SocketClient.frame(LAST);
        cases.add(Case.of("6.2 valid, a frame for each byte", split));
        for (String bad :
                List.of("cebae1bdb9cf83cebcceb5eda080656469746564", "c080", "f4908080", "ff", "eda080", "80", "c3")) {
            cases.add(Case.of("6.3 not UTF-8: " + bad, text("a"), SocketClient.frame(SocketClient.TEXT, hex(bad))));
            cases.add(Case.of(
                    "6.4 not UTF-8 in two frames: " + bad,
                    SocketClient.frame(TEXT_BEGUN, letters(3)),
                    SocketClient.frame(LAST, hex(bad))));
        }
    }

    private static void closes(List<Case> cases) {
        cases.add(Case.of("7.1 close after a message", text("a")));
        cases.add(new Case("7.2 two closes", false, false, join(SocketClient.close(1000), SocketClient.close(1000))));
        cases.add(new Case(
                "7.3 ping after the close",
                false,
                false,
                join(SocketClient.close(1000), SocketClient.frame(SocketClient.PING))));
        cases.add(new Case("7.4 message after the close", false, false, join(SocketClient.close(1000), text("late"))));
        cases.add(new Case(
                "7.5 close inside a message",
                false,
                false,
                join(SocketClient.frame(TEXT_BEGUN, letters(3)), SocketClient.close(1000))));
        cases.add(new Case("7.3.1 empty close", false, false, SocketClient.frame(SocketClient.CLOSE)));
        cases.add(new Case("7.3.2 close of one byte", false, false, SocketClient.frame(SocketClient.CLOSE, (byte) 3)));
        cases.add(new Case("7.3.4 close with a reason", false, true, close(1000, letters(5))));
        cases.add(new Case("7.3.5 close with a long reason", false, false, close(1000, letters(123))));
        cases.add(new Case("7.3.6 close with a reason too long", true, false, close(1000, letters(124))));
        cases.add(new Case("7.5.1 reason not UTF-8", false, false, close(1000, hex("cebae1bdb9cf83cebcceb5eda080"))));
        for (int code : new int[] {
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 3999, 4000, 4999, 0, 999, 1004,
            1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535
        }) {
            cases.add(new Case("7.7 code " + code, false, code % 2 == 0, SocketClient.close(code)));
        }
    }

    private static void limits(List<Case> cases) {
        for (int size : new int[] {256 * 1024, 1024 * 1024, 4 * 1024 * 1024}) {
            cases.add(Case.of("9.1 text of " + size, SocketClient.frame(SocketClient.TEXT, letters(size))));
            cases.add(Case.of("9.2 binary of " + size, SocketClient.frame(SocketClient.BINARY, octets(size))));
        }
        for (int part : new int[] {64, 1024, 65_536}) {
            cases.add(Case.of("9.3 a MiB in frames of " + part, fragmented(octets(1024 * 1024), part)));
            cases.add(Case.of("10.1 64 KiB in frames of " + (part - 3), fragmented(octets(65_536), part - 3)));
        }
        cases.add(Case.of(
                "9.7 a thousand messages",
                Collections.nCopies(1000, text("small")).toArray(byte[][]::new)));
    }

    private static byte[][] fragmented(byte[] message, int part) {
        List<byte[]> frames = new ArrayList<>();
        for (int at = 0; at < message.length; at += part) {
            int end = Math.min(at + part, message.length);
            int first = (at == 0 ? BINARY_BEGUN : CONTINUED) | (end == message.length ? LAST : 0);
            frames.add(SocketClient.frame(first, Arrays.copyOfRange(message, at, end)));
        }
        return frames.toArray(byte[][]::new);
    }

    private static byte[] close(int code, byte[] reason) {
        return SocketClient.frame(SocketClient.CLOSE, join(new byte[] {(byte) (code >> 8), (byte) code}, reason));
    }

    private static byte[] text(String text) {
        return SocketClient.frame(SocketClient.TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] letters(int count) {
        byte[] letters = new byte[count];
        Arrays.fill(letters, (byte) '*');
        return letters;
    }

    private static byte[] octets(int count) {
        byte[] octets = new byte[count];
        for (int i = 0; i < count; i++) {
            octets[i] = (byte) (i * 7 + 0xF0);
        }
        return octets;
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /**
     * One case.
     *
     * @param refused whether the proxy itself must refuse it
     * @param slowly whether it is sent byte by byte
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Case(String name, boolean refused, boolean slowly, byte[] bytes) {
        static Case of(String name, byte[]... frames) {
            return new Case(name, false, false, join(join(frames), SocketClient.close(1000)));
        }

        static Case slow(String name, byte[]... frames) {
            return new Case(name, false, true, join(join(frames), SocketClient.close(1000)));
        }

        static Case refused(String name, byte[]... frames) {
            return new Case(name, true, true, join(join(frames), SocketClient.close(1000)));
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
