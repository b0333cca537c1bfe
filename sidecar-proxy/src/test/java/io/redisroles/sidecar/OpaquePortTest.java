package io.redisroles.sidecar;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Ports whose bytes pass as they are. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class OpaquePortTest {
    private final CountDownLatch measured = new CountDownLatch(1);
    private final AtomicLong ended = new AtomicLong();
    private final RawApp echo = new RawApp(connection -> {
        InputStream in = connection.socket.getInputStream();
        OutputStream out = connection.socket.getOutputStream();
        out.write("hello, I speak first\n".getBytes(StandardCharsets.US_ASCII));
        in.transferTo(out);
        out.write("and last\n".getBytes(StandardCharsets.US_ASCII));
        ended.incrementAndGet();
    });
    private final RawApp deaf = new RawApp(connection -> {
        try {
            measured.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    });
    private final RunningProxy proxy = RunningProxy.edited(
            "[]",
            text -> text.replace(
                            "opaque: []",
                            "opaque: [" + port(echo.port()) + ", " + port(deaf.port()) + ", " + port(1) + "]")
                    .replaceAll("rules:\\s+\\[\\]", "rules: []"));

    private static String port(int upstream) {
        return "{inbound: \"127.0.0.1:0\", upstream: \"127.0.0.1:" + upstream + "\"}";
    }

    @AfterAll
    void stop() {
        measured.countDown();
        proxy.close();
        echo.close();
        deaf.close();
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    @Test
    void anyBytesPassAndEachSideEndsOnItsOwn() throws Exception {
        // Given
        byte[] bytes = new byte[8 << 20];
        new Random(1).nextBytes(bytes);
        try (Socket client = connect(proxy.server.opaque(0))) {
            // When
            Thread writer = new Thread(() -> {
                try {
                    client.getOutputStream().write(bytes);
                    client.shutdownOutput();
                } catch (IOException e) {
                    // seen by the reader
                }
            });
            writer.start();
            byte[] answer = client.getInputStream().readAllBytes();

            // Then
            assertThat(new String(Arrays.copyOf(answer, 21), StandardCharsets.US_ASCII))
                    .isEqualTo("hello, I speak first\n");
            assertThat(Arrays.equals(answer, 21, 21 + bytes.length, bytes, 0, bytes.length))
                    .isTrue();
            assertThat(new String(answer, 21 + bytes.length, 9, StandardCharsets.US_ASCII))
                    .isEqualTo("and last\n");
        }
        proxy.awaitMetrics("redisroles_opaque_connections_total");
    }

    @Test
    void aClientThatOnlySaysGoodbyeIsHeard() throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Socket client = connect(proxy.server.opaque(0))) {
                client.getOutputStream().write('x');
                client.shutdownOutput();
                assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("hello, I speak first\nxand last\n");
            }
        }
    }

    @Test
    void aSideThatIsGoneTakesTheOtherWithIt() throws Exception {
        // Given
        long before = ended.get();
        Socket client = connect(proxy.server.opaque(0));
        client.getInputStream().readNBytes(21);

        // When
        client.setSoLinger(true, 0);
        client.close();

        // Then
        Awaitility.await().until(() -> ended.get() > before || gone(echo));
    }

    private static boolean gone(RawApp app) {
        return app.connections().get(app.connections().size() - 1).socket.isClosed();
    }

    @Test
    void aSideThatDoesNotReadHoldsTheOtherUp() throws Exception {
        // Given
        long size = 256L << 20;
        try (Socket client = connect(proxy.server.opaque(1))) {
            AtomicLong written = Flood.pour(client, size);

            // When
            Flood.awaitHeldUp(written);

            // Then
            assertThat(written.get()).as("what sockets hold, and a little").isLessThan(32L << 20);
        }
    }

    @Test
    void anAppThatIsNotThereEndsTheConnection() throws Exception {
        try (Socket client = connect(proxy.server.opaque(2))) {
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        proxy.awaitMetrics("redisroles_upstream_failures_total{reason=\"connect\"}");
    }
}
