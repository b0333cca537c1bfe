package io.redisroles.sidecar.fuzz;

import io.redisroles.sidecar.RawApp;
import io.redisroles.sidecar.RunningProxy;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a client sends: what the app receives is understood by everybody alike, and is as many requests as were admitted.
 * Runs for {@code -Dfuzz.seconds=…} (5), from {@code -Dfuzz.seed=…} on; a failure names the seed that reproduces it.
 */
class RequestFuzzTest {
    private static final String RULES = """
            - {name: all, paths: [], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;

    private final AtomicLong heads = new AtomicLong();
    private final AtomicLong whole = new AtomicLong();
    private long resets;
    private final List<String> faults = new CopyOnWriteArrayList<>();

    @Test
    void theAppReceivesExactlyTheRequestsThatWereAdmitted() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("fuzz.seconds", 5));
        long seed = Long.getLong("fuzz.seed", 1);
        try (RawApp app = new RawApp(this::serve);
                RunningProxy proxy = RunningProxy.before(app.port(), RULES)) {
            // When
            while (System.nanoTime() - end < 0) {
                send(proxy, new RequestGenerator(seed));
                assertThat(faults).as("seed %d", seed).isEmpty();
                seed++;
            }

            // Then
            Awaitility.await().untilAsserted(() -> assertThat(proxy.metrics()).contains("redisroles_connections 0.0"));
            long admitted = sum(proxy, "redisroles_decisions_total{", "outcome=\"admitted\"");
            assertThat(heads.get())
                    .as("requests that the app was sent; one whose client was gone meanwhile is not sent")
                    .isBetween(admitted - RequestGenerator.MOST_REQUESTS * resets, admitted);
            assertThat(whole.get()).as("the fuzz reaches the app at all").isPositive();
            assertThat(sum(proxy, "redisroles_input_refused_total{", "reason=\"malformed\""))
                    .as("and the guards")
                    .isPositive();
            assertThat(sum(proxy, "redisroles_unexpected_errors_total", "")).isZero();
        }
    }

    private void serve(RawApp.Connection connection) throws IOException {
        StrictReader reader = new StrictReader(connection.socket.getInputStream());
        try {
            while (true) {
                StrictReader.Head head = reader.head();
                heads.incrementAndGet();
                check(head);
                reader.body(head);
                whole.incrementAndGet();
                connection.say(
                        head.method().equals("HEAD")
                                ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                                : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        } catch (StrictReader.Ambiguous e) {
            faults.add(String.valueOf(e.getMessage()));
        } catch (EOFException e) {
            // the end, or a request that was cut off
        }
    }

    private void check(StrictReader.Head head) {
        if (head.values("host").size() != 1
                || !head.values("x-forwarded-for").equals(List.of("127.0.0.1"))
                || !head.values("x_forwarded_for").isEmpty()
                || !head.values("x-auth_user").isEmpty()
                || !head.values("connection").isEmpty()
                || !head.values("upgrade").isEmpty()
                || head.target().replaceFirst("\\?.*", "").contains("/../")
                || head.target().startsWith("//")
                || head.fields().size() > 210) {
            faults.add("not as promised: " + head.method() + " " + head.target());
        }
    }

    private void send(RunningProxy proxy, RequestGenerator generator) throws IOException {
        byte[] bytes = generator.bytes();
        try (Socket client =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            client.setSoTimeout(60_000);
            client.setTcpNoDelay(true);
            OutputStream out = client.getOutputStream();
            if (generator.partly()) {
                for (int at = 0; at < bytes.length; ) {
                    int length = Math.min(generator.partLength(bytes.length), bytes.length - at);
                    out.write(bytes, at, length);
                    at += length;
                }
            } else {
                out.write(bytes);
            }
            client.shutdownOutput();
            InputStream in = client.getInputStream();
            in.transferTo(OutputStream.nullOutputStream());
        } catch (java.net.SocketException e) {
            resets++; // the proxy did not want the rest
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("no end: " + new String(bytes, StandardCharsets.ISO_8859_1), e);
        }
    }

    private static long sum(RunningProxy proxy, String metric, String label) {
        return Math.round(proxy.metrics()
                .lines()
                .filter(line -> line.startsWith(metric) && line.contains(label))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum());
    }
}
