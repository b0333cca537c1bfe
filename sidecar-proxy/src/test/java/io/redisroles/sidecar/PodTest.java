package io.redisroles.sidecar;

import io.redisroles.contract.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

/** The proxy as it runs in a pod: told by REDISROLES_POD what the app listens on and what the kubelet asks of it. */
@Timeout(60)
class PodTest {
    private static final String RULES = """
            - name: one
              paths: ["/**"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: one, by: [ip], amount: {requests: 1, burst: 1}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            """;

    private final TestApp app = new TestApp();
    private final TestApp second = new TestApp();
    private final Http2App grpc = new Http2App(10);
    private int unused;
    private RunningProxy proxy;

    @BeforeEach
    void start() throws IOException {
        unused = freePort();
        String pod = """
                {inbound: [{listen: %d, app: %d}, {listen: %d, app: %d}],
                 probes: {
                  a/liveness: {type: HttpGet, port: %2$d, path: "/app/x?y=1", headers: [{name: X-Probe, value: v}], timeout: 20s},
                  a/readiness: {type: HttpGet, port: %2$d, path: /app/204, headers: [{name: Host, value: probe.test}], timeout: 20s},
                  a/startup: {type: TcpSocket, port: %2$d, timeout: 20s},
                  b/liveness: {type: HttpGet, port: %5$d, path: /, headers: [], timeout: 20s},
                  b/readiness: {type: HttpGet, port: %2$d, path: /app/hang, headers: [], timeout: 100ms},
                  b/startup: {type: TcpSocket, port: %5$d, timeout: 20s},
                  c/liveness: {type: Grpc, port: %6$d, service: "", timeout: 20s},
                  c/readiness: {type: Grpc, port: %6$d, service: down, timeout: 20s},
                  c/startup: {type: Grpc, port: %2$d, service: "", timeout: 20s},
                  d/liveness: {type: HttpGet, port: %2$d, path: /app/304, headers: [], timeout: 20s},
                  d/readiness: {type: HttpGet, port: %2$d, path: /app/drop, headers: [], timeout: 20s}}}
                """.formatted(freePort(), app.port(), freePort(), second.port(), unused, grpc.port());
        proxy = RunningProxy.start(Map.of("REDISROLES_POD", pod), RULES);
    }

    @AfterEach
    void stop() {
        proxy.close();
        app.close();
        second.close();
        grpc.close();
    }

    @Test
    void eachPortLeadsToItsOwnAndAllCountTogether() {
        // When
        int first = RawClient.status(RawClient.get(loopback(0), "/app/one"));
        int other = RawClient.status(RawClient.get(loopback(1), "/app/two"));

        // Then
        assertThat(first).isEqualTo(200);
        assertThat(app.heads()).singleElement().asString().startsWith("GET /app/one ");
        assertThat(other).as("one subject, one limit").isEqualTo(429);
        assertThat(second.heads()).isEmpty();
    }

    @Test
    void bothFamiliesAreListenedOn() throws IOException {
        assumeThat(hasIpv6()).as("IPv6 on loopback").isTrue();
        assertThat(RawClient.status(RawClient.get(
                        new InetSocketAddress(
                                ipv6Loopback(), proxy.server.inbound(0).getPort()),
                        "/app/one")))
                .isEqualTo(200);
    }

    @Test
    void probesAskTheAppAsTheKubeletWouldAndPassNoLimit() {
        // When
        String[] answers = new String[3];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = RawClient.get(proxy.server.probes(), "/app/a/liveness", "User-Agent: kube-probe/1.35");
        }

        // Then
        assertThat(answers)
                .allSatisfy(answer -> assertThat(RawClient.status(answer)).isEqualTo(200));
        assertThat(app.heads()).hasSize(3);
        assertThat(app.heads().get(0))
                .startsWith("GET /app/x?y=1 HTTP/1.1\r\n")
                .containsIgnoringCase("\r\nHost: app.test:" + app.port() + "\r\n")
                .containsIgnoringCase("\r\nUser-Agent: kube-probe/1.35\r\n")
                .containsIgnoringCase("\r\nX-Probe: v\r\n");
    }

    @Test
    void aStatusIsPassedOnAndAHostReplaced() {
        assertThat(probe("a/readiness")).isEqualTo(204);
        assertThat(app.heads()).singleElement().asString().containsIgnoringCase("\r\nHost: probe.test\r\n");
        assertThat(probe("d/liveness")).isEqualTo(304);
    }

    @Test
    void anAppThatIsNotThereIsNotWell() {
        assertThat(probe("a/startup")).isEqualTo(200);
        assertThat(probe("b/liveness")).isEqualTo(503);
        assertThat(probe("b/startup")).isEqualTo(503);
        assertThat(probe("d/readiness")).as("no answer").isEqualTo(503);
    }

    @Test
    void anAppThatHangsIsAskedNoLongerThanTheProbeSays() {
        assertThat(probe("b/readiness")).isEqualTo(504);
        assertThat(probe("b/readiness")).as("once more").isEqualTo(504);
    }

    @Test
    void healthServicesAreAskedOverHttp2() {
        assertThat(probe("c/liveness")).isEqualTo(200);
        assertThat(probe("c/readiness")).as("NOT_SERVING").isEqualTo(503);
        assertThat(grpc.heads().get(0))
                .contains(
                        ":path: /grpc.health.v1.Health/Check\n", "content-type: application/grpc\n", "te: trailers\n");
        assertThat(probe("c/startup")).as("not HTTP/2").isEqualTo(502);
    }

    @Test
    void unknownProbesAre404() {
        assertThat(probe("x/liveness")).isEqualTo(404);
        assertThat(probe("")).isEqualTo(404);
    }

    @Test
    void whatCannotBeUsedEndsTheStart() {
        assertThatThrownBy(() -> RunningProxy.start(Map.of("REDISROLES_POD", "{inbound: [], probes: {}}"), RULES))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("REDISROLES_POD: ")
                .hasMessageContaining("1 to 16");
        String taken = "{inbound: [{listen: %d, app: %d}], probes: {}}"
                .formatted(proxy.server.inbound(0).getPort(), app.port());
        assertThatThrownBy(() -> RunningProxy.start(Map.of("REDISROLES_POD", taken), RULES))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("REDISROLES_POD: inbound: cannot listen on ");
    }

    private int probe(String key) {
        return RawClient.status(RawClient.get(proxy.server.probes(), "/app/" + key));
    }

    private InetSocketAddress loopback(int index) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), proxy.server.inbound(index).getPort());
    }

    private static InetAddress ipv6Loopback() throws IOException {
        byte[] octets = new byte[16];
        octets[15] = 1;
        return InetAddress.getByAddress(octets);
    }

    private static boolean hasIpv6() {
        try (ServerSocket socket = new ServerSocket(0, 1, ipv6Loopback())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
