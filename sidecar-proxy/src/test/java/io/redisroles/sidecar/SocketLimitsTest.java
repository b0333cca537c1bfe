package io.redisroles.sidecar;

import io.redisroles.sidecar.SocketClient.Frame;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Limits of the messages of WebSockets, shared by two sidecars. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SocketLimitsTest {
    private static final String RULES = rule("shared", 20, "Deny")
            + rule("burst", 5, "Deny")
            + rule("deny", 900, "Deny")
            + rule("allow", 1, "Allow")
            + rule("watched", 1, "Deny").replace("mode: Enforce", "mode: Shadow")
            + rule("slot", 1, "Deny")
                    .replace("unit: Message", "unit: Request")
                    .replace("type: SlidingWindow, per: 1h", "type: Concurrency, lease: 3s");

    private RunningProxy first;
    private RunningProxy second;

    @BeforeAll
    void start() {
        first = RunningProxy.start("1s", "20s", RULES);
        second = first.sibling(RULES);
    }

    @AfterAll
    void stop() {
        second.close();
        first.close();
    }

    @Test
    void messagesOnAllSocketsOfAllSidecarsShareTheLimit() {
        // Given
        List<SocketClient> sockets = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            sockets.add(open(i % 2 == 0 ? first : second, "shared"));
        }

        // When
        int echoed = 0;
        for (int i = 0; i < 20; i++) {
            SocketClient socket = sockets.get(i % 4);
            socket.send(SocketClient.frame(SocketClient.PING)); // pings are not counted
            assertThat(socket.read().first()).isEqualTo(SocketClient.PONG);
            echoed += socket.text("m").readText().equals("m") ? 1 : 0;
        }

        // Then
        assertThat(echoed).isEqualTo(20);
        for (SocketClient socket : sockets) {
            assertThat(socket.text("too many").read().closeCode()).isEqualTo(1008);
            socket.send(SocketClient.close(1008));
            assertThat(socket.read()).isEqualTo(Frame.END);
            socket.close();
        }
        first.awaitMetrics("redisroles_sockets_closed_total{reason=\"over_limit\"}");
        try (SocketClient late = open(first, "shared")) {
            assertThat(late.head()).as("an upgrade is no message").startsWith("HTTP/1.1 101");
        }
    }

    @Test
    void ofManyMessagesAtOnceOnlyThoseWithinTheLimitReachTheApp() {
        try (SocketClient socket = open(first, "burst")) {
            // Given
            double before = passed();
            byte[][] frames = new byte[200][];
            Arrays.fill(frames, SocketClient.frame(SocketClient.TEXT, (byte) 'a'));

            // When
            socket.send(join(frames));

            // Then
            Frame frame = socket.read();
            while (frame.first() == SocketClient.TEXT) {
                frame = socket.read();
            }
            assertThat(frame.closeCode()).isEqualTo(1008);
            assertThat(passed() - before).isEqualTo(5);
        }
    }

    @Test
    void whileRedisIsSilentEachLimitDoesWhatItSays() {
        try (SocketClient denied = open(first, "deny");
                SocketClient allowed = open(first, "allow")) {
            // Given
            assertThat(denied.text("before").readText()).isEqualTo("before");
            first.redis.freeze();
            try {
                // When, Then
                assertThat(denied.text("lost").read().closeCode()).isEqualTo(1013);
                assertThat(allowed.text("one").readText()).isEqualTo("one");
                assertThat(allowed.text("two").readText()).isEqualTo("two");
            } finally {
                first.redis.thaw();
                await().until(() -> isCounting(first));
            }
        }
    }

    @Test
    void aShadowLimitOfMessagesPassesThemAndIsReported() {
        try (SocketClient socket = open(first, "watched")) {
            // When, Then
            assertThat(socket.text("one").readText()).isEqualTo("one");
            assertThat(socket.text("two").readText()).isEqualTo("two");
            first.awaitMetrics("limit=\"watched\",outcome=\"shadow_limited\"");
        }
    }

    @Test
    void anOpenSocketHoldsItsSlotAndEndsWhenThatCannotBeKept() {
        try (SocketClient socket = open(first, "slot")) {
            // Given
            assertThat(upgrade("slot")).startsWith("HTTP/1.1 429");

            // When
            first.redis.freeze();
            try {
                // Then: before the lease has run out, and with it the slot
                assertThat(socket.read().closeCode()).isEqualTo(1013);
            } finally {
                first.redis.thaw();
            }
        }
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(upgrade("slot")).startsWith("HTTP/1.1 101"));
    }

    private String upgrade(String rule) {
        try (SocketClient socket = SocketClient.open(first.address(), "/app/ws-" + rule)) {
            return socket.head();
        }
    }

    private static SocketClient open(RunningProxy proxy, String rule) {
        SocketClient socket = SocketClient.open(proxy.address(), "/app/ws-" + rule);
        assertThat(socket.head()).startsWith("HTTP/1.1 101 ");
        return socket;
    }

    private double passed() {
        return first.metrics()
                .lines()
                .filter(line -> line.startsWith("redisroles_socket_messages_total"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static boolean isCounting(RunningProxy proxy) {
        try (SocketClient socket = open(proxy, "deny")) {
            return socket.text("again").readText().equals("again");
        }
    }

    private static byte[] join(byte[][] parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static String rule(String name, int messages, String onStoreFailure) {
        return """
                - name: %1$s
                  paths: ["/app/ws-%1$s"]
                  methods: []
                  session: None
                  onSessionStoreFailure: Deny
                  limits: [{name: %1$s, by: [rule], amount: {requests: %2$d, burst: %2$d}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Message, mode: Enforce, tiers: {}, onStoreFailure: %3$s}]
                """.formatted(name, messages, onStoreFailure);
    }
}
