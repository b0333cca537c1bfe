package io.redisroles.operator.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.certificate.IssuedCertificates;
import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.Password;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A real redis-server that speaks TLS: whom the operator believes, and how another certificate is served. */
class EncryptedRedisTest {
    private static final String HOST = "redis-sample.demo.svc";

    private final RedisInspector inspector = new RedisInspector();
    private final IssuedCertificates issuer = new IssuedCertificates();

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private ScratchRedis redis;

    private RoleCertificate first = issuer.issue(Duration.ZERO, HOST);
    private int port;

    @BeforeEach
    void start() throws IOException {
        write(first);
        port = freePort();
        redis = ScratchRedis.start(
                "--tls-port", String.valueOf(port),
                "--tls-cert-file", directory.resolve("tls.crt").toString(),
                "--tls-key-file", directory.resolve("tls.key").toString(),
                "--tls-ca-cert-file", directory.resolve("ca.crt").toString(),
                "--tls-auth-clients", "no");
    }

    @AfterEach
    void stop() {
        inspector.close();
        redis.close();
    }

    @Test
    void whatIsServedIsReadFromTheHandshake() throws Exception {
        assertThat(ask(first, true).served()).hasValueSatisfying(served -> {
            assertThat(served.fingerprint()).isEqualTo(first.fingerprint());
            assertThat(served.end()).isEqualTo(first.end());
            assertThat(served.error()).isEmpty();
        });
    }

    @Test
    void aNewCertificateIsServedOnceItsFilesAreThereAndNotBefore() throws Exception {
        // Given
        RoleCertificate second = issuer.issue(Duration.ZERO, HOST);

        // When its files have not come
        Observation before = ask(second, true);

        // Then
        assertThat(before.served()).map(ServedCertificate::fingerprint).hasValue(first.fingerprint());

        // When they have
        write(second);
        Observation after = ask(second, true);

        // Then
        assertThat(after.served()).map(ServedCertificate::fingerprint).hasValue(second.fingerprint());
        assertThat(after.facts().orElseThrow().runId())
                .isEqualTo(before.facts().orElseThrow().runId());
    }

    @Test
    void whoOnlyLooksHasNothingServed() throws Exception {
        RoleCertificate second = issuer.issue(Duration.ZERO, HOST);
        write(second);

        assertThat(ask(second, false).served())
                .map(ServedCertificate::fingerprint)
                .hasValue(first.fingerprint());
    }

    @Test
    void filesThatDoNotBelongTogetherAreNotServedAndRedisSaysWhy() throws Exception {
        // Given
        RoleCertificate second = issuer.issue(Duration.ZERO, HOST);
        write(new RoleCertificate(second.chain(), first.key(), second.authorities()));

        // When
        Observation observation = ask(second, true);

        // Then
        assertThat(observation.served()).hasValueSatisfying(served -> {
            assertThat(served.fingerprint()).isEqualTo(first.fingerprint());
            assertThat(served.error()).contains("TLS");
        });
    }

    @Test
    void aCertificateThatEndedKeepsNobodyFromReplacingIt() throws Exception {
        // Given
        RoleCertificate ended = issuer.issue(Duration.ofDays(91), HOST);
        write(ended);
        assertThat(ask(ended, true).served())
                .map(ServedCertificate::fingerprint)
                .hasValue(ended.fingerprint());

        // When
        RoleCertificate fresh = issuer.issue(Duration.ZERO, HOST);
        write(fresh);

        // Then
        assertThat(ask(fresh, true).served())
                .map(ServedCertificate::fingerprint)
                .hasValue(fresh.fingerprint());
    }

    @Test
    void aServerOfAnotherAuthorityOrRoleIsNotBelieved() throws Exception {
        RoleCertificate stranger = new IssuedCertificates().issue(Duration.ZERO, HOST);
        RoleCertificate otherRole = issuer.issue(Duration.ZERO, "redis-other.demo.svc");

        assertThat(ask(stranger, true)).isInstanceOf(Observation.Untrusted.class);
        assertThat(ask(otherRole, true)).isInstanceOf(Observation.Untrusted.class);
        assertThat(ask(otherRole, true).describe()).contains("redis-other.demo.svc", HOST);
    }

    @Test
    void aServerThatAsksForACertificateIsShownTheOperators() throws Exception {
        // Given
        askClients();

        // When
        Observation observation = ask(first, true, Optional.of(issuer.issueToClient("_operator")));

        // Then
        assertThat(observation).isInstanceOf(Observation.Answered.class);
    }

    @Test
    void aServerThatTakesNoCertificateOfTheOperatorsIsToldFromOneThatIsAway() throws Exception {
        // Given
        askClients();

        // When, Then
        awaitRefusal(Optional.empty());
        awaitRefusal(Optional.of(new IssuedCertificates().issueToClient("_operator")));
        // A server's certificate is no client's.
        awaitRefusal(Optional.of(new ClientCertificate(first.chain(), first.key())));
    }

    /** The server's word comes with the end of the connection, and may be lost by it: then it is away, for that once. */
    private void awaitRefusal(Optional<ClientCertificate> own) {
        await("the server's word").atMost(Duration.ofSeconds(60)).until(() -> {
            Observation observation = ask(first, true, own);
            assertThat(observation).isNotInstanceOf(Observation.Answered.class);
            return observation instanceof Observation.Untrusted
                    && observation.describe().contains("refuses");
        });
    }

    private void askClients() {
        try (RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", redis.port()));
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().configSet("tls-auth-clients", "yes")).isEqualTo("OK");
        }
    }

    private Observation ask(RoleCertificate wished, boolean changes) throws Exception {
        return ask(wished, changes, Optional.empty());
    }

    private Observation ask(RoleCertificate wished, boolean changes, Optional<ClientCertificate> own) throws Exception {
        LiveSettings settings = new LiveSettings(
                List.of(),
                Map.of(
                        "tls-cert-file", directory.resolve("tls.crt").toString(),
                        "tls-key-file", directory.resolve("tls.key").toString(),
                        "tls-ca-cert-file", directory.resolve("ca.crt").toString()),
                false,
                "");
        RedisLogin login = new RedisLogin(
                "127.0.0.1", port, Optional.of(RedisTls.of(wished, own)), "default", List.of(new Password("any")));
        return inspector
                .inspect(new RedisInspector.Question(login, settings, changes))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private void write(RoleCertificate certificate) throws IOException {
        for (Map.Entry<String, String> file : certificate.content().entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
