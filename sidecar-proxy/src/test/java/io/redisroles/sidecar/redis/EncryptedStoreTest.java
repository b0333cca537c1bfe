package io.redisroles.sidecar.redis;

import io.redisroles.contract.Endpoint;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.RawRedis;
import io.redisroles.sidecar.ScratchCertificate;
import io.redisroles.sidecar.TestStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static io.redisroles.sidecar.TestStore.await;
import static org.assertj.core.api.Assertions.assertThat;

/** A store whose Redis speaks TLS. */
@Timeout(60)
class EncryptedStoreTest {
    private static final Script ECHO = Script.of("return {ARGV[1]}");
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private ScratchRedis redis;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private ScratchCertificate served;

    private int port;

    @BeforeEach
    void start() throws IOException {
        served = ScratchCertificate.of("localhost", directory);
        served.write(directory);
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        redis = ScratchRedis.start(ScratchCertificate.directives(directory, port));
    }

    @AfterEach
    void stop() {
        redis.close();
    }

    @Test
    void callsAreAnsweredAndChangesTold() throws Exception {
        // Given
        try (TestStore store = believing(served)) {
            CountDownLatch connected = new CountDownLatch(1);
            CountDownLatch changed = new CountDownLatch(1);
            try (TrackingConnection tracking = store.tracking(new Told(connected, changed))) {
                await(tracking.start());
                assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
                TrackingConnection.Link link = Objects.requireNonNull(tracking.link());
                await(link.evaluate(Script.of("return {redis.call('GET', KEYS[1]) or ''}"), "watched"));

                // When
                String answer = store.command("SET", "watched", "new");

                // Then
                assertThat(answer).isEqualTo("OK");
                assertThat(changed.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    @Test
    void aServerThatNobodyVouchesForIsNotUsed() {
        try (TestStore store = believing(ScratchCertificate.of("localhost", directory))) {
            awaitUntrusted(store);
        }
    }

    @Test
    void aServerOfAnotherNameIsNotUsed() {
        // Given
        ScratchCertificate other = ScratchCertificate.of("elsewhere.example", directory);
        other.write(directory);
        reload();

        // When
        try (TestStore store = believing(other)) {

            // Then
            awaitUntrusted(store);
        }
    }

    @Test
    void whomToBelieveIsReadAtEachConnect() throws IOException {
        // Given
        try (TestStore store = believing(served)) {
            ScratchCertificate next = ScratchCertificate.of("localhost", directory);
            Files.writeString(directory.resolve("ca.crt"), next.chain());

            // When
            next.write(directory);
            reload();
            RawRedis.command(redis, "CLIENT KILL TYPE normal SKIPME yes");

            // Then
            Awaitility.await()
                    .atMost(PATIENT)
                    .ignoreExceptions()
                    .until(() -> await(store.store().evaluate(ECHO, List.of(), List.of("again")))
                            .equals(List.of("again")));
        }
    }

    @Test
    void aCertificateIsShownToAServerThatAsksForOne() throws IOException {
        // Given
        ScratchCertificate known = ScratchCertificate.of("client", directory);
        ask(known);
        identify(known.key() + known.chain());

        // When
        try (TestStore store = believing(served)) {

            // Then
            assertThat(store.command("SET", "a", "1")).isEqualTo("OK");
        }
    }

    @Test
    void withoutItsCertificateNobodyIsLetInAndTheNextConnectHasIt() throws IOException {
        // Given
        ScratchCertificate known = ScratchCertificate.of("client", directory);
        ask(known);
        for (String wrong : List.of("", stranger())) {
            identify(wrong);

            // When
            try (TestStore store = believing(served)) {
                Awaitility.await()
                        .atMost(PATIENT)
                        .until(() -> store.metrics().contains("redisroles_redis_failures_total"));

                // Then
                assertThat(store.store().isUp()).isFalse();

                // When
                identify(known.key() + known.chain());

                // Then
                Awaitility.await().atMost(PATIENT).until(() -> store.store().isUp());
            }
        }
    }

    /** Has the server let in those alone whom {@code known} vouches for. */
    private void ask(ScratchCertificate known) throws IOException {
        Path file = Files.writeString(directory.resolve("clients.crt"), known.chain());
        assertThat(RawRedis.command(redis, "CONFIG SET tls-ca-cert-file " + file + " tls-auth-clients yes"))
                .isEqualTo("OK");
    }

    private String stranger() {
        ScratchCertificate stranger = ScratchCertificate.of("client", directory);
        return stranger.key() + stranger.chain();
    }

    private void identify(String pem) throws IOException {
        Files.writeString(directory.resolve("client.pem"), pem);
    }

    private static void awaitUntrusted(TestStore store) {
        Awaitility.await().atMost(PATIENT).until(() -> store.metrics().contains("reason=\"untrusted\""));
        assertThat(store.store().isUp()).isFalse();
    }

    private TestStore believing(ScratchCertificate certificate) {
        try {
            Path authorities = Files.writeString(directory.resolve("ca.crt"), certificate.chain());
            return new TestStore(
                    new RedisAddress(
                            "test",
                            new Endpoint("localhost", port),
                            0,
                            "",
                            new Password.Literal(""),
                            Optional.of(new RedisAddress.Encryption(
                                    authorities, Optional.of(directory.resolve("client.pem"))))),
                    PATIENT,
                    List.of());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void reload() {
        assertThat(RawRedis.command(
                        redis,
                        "CONFIG SET tls-cert-file %s tls-key-file %s"
                                .formatted(directory.resolve("tls.crt"), directory.resolve("tls.key"))))
                .isEqualTo("OK");
    }

    private record Told(CountDownLatch connections, CountDownLatch changes) implements TrackingConnection.Reader {
        @Override
        public void changed(String key) {
            changes.countDown();
        }

        @Override
        public void changedAll() {}

        @Override
        public void connected() {
            connections.countDown();
        }
    }
}
