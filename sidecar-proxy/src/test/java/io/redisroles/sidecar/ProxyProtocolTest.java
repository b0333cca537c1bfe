package io.redisroles.sidecar;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Who is believed to connect for somebody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class ProxyProtocolTest {
    private static final String RULES = """
            - {name: all, paths: [], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final String V1 = "PROXY TCP4 203.0.113.7 10.0.0.1 4711 80\r\n";
    private static final String GET =
            "GET /app/x HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1\r\nConnection: close\r\n\r\n";

    private final RunningProxy trusting = RunningProxy.edited(RULES, client("[127.0.0.0/8]", true));
    private final RunningProxy doubting = RunningProxy.edited(RULES, client("[192.0.2.0/24]", true));
    private final RunningProxy without = RunningProxy.edited(RULES, client("[127.0.0.0/8]", false));

    private static java.util.function.UnaryOperator<String> client(String trusted, boolean proxyProtocol) {
        return text -> text.replace(
                "client: {trustedProxies: [], ipv6Prefix: 64, proxyProtocol: false}",
                "client: {trustedProxies: " + trusted + ", ipv6Prefix: 64, proxyProtocol: " + proxyProtocol + "}");
    }

    @AfterAll
    void stop() {
        trusting.close();
        doubting.close();
        without.close();
    }

    @Test
    void aTrustedProxySaysWhomItConnectsFor() {
        assertThat(RawClient.untilClose(trusting.address(), V1 + GET))
                .as("and that client's own X-Forwarded-For is not believed")
                .startsWith("HTTP/1.1 200")
                .contains("x-forwarded-for: 203.0.113.7\n");
        assertThat(RawClient.untilClose(trusting.address(), "PROXY TCP6 2001:db8::7 2001:db8::1 4711 80\r\n" + GET))
                .contains("x-forwarded-for: 2001:db8::7\n");
    }

    @Test
    void theBinaryVersionSaysTheSame() {
        // Given: PROXY over TCP/IPv4, 12 bytes of addresses and ports, then an extension of 4 bytes
        String header = "\r\n\r\n\0\r\nQUIT\n" + (char) 0x21 + (char) 0x11 + "\0" + (char) 19;
        String addresses = "" + (char) 203 + "\0" + (char) 113 + (char) 7 + (char) 10 + "\0\0" + (char) 1 + (char) 0x12
                + (char) 0x67 + "\0" + (char) 80;
        String extension = "" + (char) 0x05 + "\0" + (char) 4 + "abcd";

        // Then
        assertThat(RawClient.untilClose(trusting.address(), header + addresses + extension + GET))
                .startsWith("HTTP/1.1 200")
                .contains("x-forwarded-for: 203.0.113.7\n");
    }

    @Test
    void aProxyThatSpeaksForItselfIsThePeer() {
        String local = "\r\n\r\n\0\r\nQUIT\n" + (char) 0x20 + "\0\0\0";
        assertThat(RawClient.untilClose(trusting.address(), local + GET))
                .contains("x-forwarded-for: 198.51.100.1, 127.0.0.1\n");
        assertThat(RawClient.untilClose(trusting.address(), "PROXY UNKNOWN\r\n" + GET))
                .contains("x-forwarded-for: 198.51.100.1, 127.0.0.1\n");
    }

    @Test
    void theHeaderMayComeByteByByte() throws Exception {
        try (Socket client =
                new Socket(trusting.address().getAddress(), trusting.address().getPort())) {
            // When
            client.setTcpNoDelay(true);
            client.setSoTimeout(30_000);
            for (byte octet : (V1 + GET).getBytes(StandardCharsets.ISO_8859_1)) {
                client.getOutputStream().write(octet);
            }

            // Then
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains("x-forwarded-for: 203.0.113.7\n");
        }
    }

    @Test
    void aTrustedProxyMustSayIt() {
        assertRefused(trusting, GET);
        assertRefused(trusting, "PROXY TCP4 nobody 10.0.0.1 4711 80\r\n" + GET);
        assertRefused(trusting, "PROXY " + "x".repeat(200) + "\r\n" + GET);
        assertRefused(trusting, V1 + V1 + GET);
    }

    @Test
    void nobodyElseMaySayIt() {
        assertRefused(doubting, V1 + GET);
        assertRefused(without, V1 + GET);
        assertRefused(doubting, "\r\n\r\n\0\r\nQUIT\n" + (char) 0x20 + "\0\0\0" + GET);
        assertThat(RawClient.untilClose(doubting.address(), GET)).contains("x-forwarded-for: 127.0.0.1\n");
        assertThat(RawClient.untilClose(without.address(), GET)).contains("x-forwarded-for: 198.51.100.1, 127.0.0.1\n");
    }

    private static void assertRefused(RunningProxy proxy, String bytes) {
        double before = counted(proxy);
        String answer;
        try {
            answer = RawClient.untilClose(proxy.address(), bytes);
        } catch (java.io.UncheckedIOException e) {
            assertThat(e).hasCauseInstanceOf(IOException.class); // reset: our last bytes were not read
            answer = "";
        }
        assertThat(answer).isEmpty();
        Awaitility.await().untilAsserted(() -> assertThat(counted(proxy)).isEqualTo(before + 1));
    }

    private static double counted(RunningProxy proxy) {
        return proxy.metrics()
                .lines()
                .filter(line -> line.startsWith("redisroles_input_refused_total{reason=\"proxy_header\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("} ") + 2)))
                .sum();
    }
}
