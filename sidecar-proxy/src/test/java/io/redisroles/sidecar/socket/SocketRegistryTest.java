package io.redisroles.sidecar.socket;

import io.redisroles.contract.Identifiers;
import io.redisroles.contract.KeyNames;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.config.ActiveKeys.Hashes;
import io.redisroles.sidecar.config.KeyedHash;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SocketRegistryTest {
    private static final PresenceTerms PATIENT = PresenceTerms.STANDARD;
    private static final PresenceTerms SHORT =
            new PresenceTerms(Duration.ofMillis(900), Duration.ofMinutes(5), Duration.ofHours(1));

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore redisView = new TestStore(redis);
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger ids = new AtomicInteger();
    private final ProxyMetrics metrics = new ProxyMetrics();
    private final List<TestStore> stores = new ArrayList<>();
    private final List<ScheduledExecutorService> executors = new ArrayList<>();

    @BeforeEach
    void empty() {
        redisView.command("FLUSHALL");
    }

    @AfterEach
    void end() {
        executors.forEach(ScheduledExecutorService::shutdownNow);
        stores.forEach(TestStore::close);
        executors.clear();
        stores.clear();
    }

    @AfterAll
    void stop() {
        redisView.close();
        redis.close();
    }

    @Test
    void aSocketIsRegisteredWithItsUserAndLeavesOnlyThatTheUserLeft() {
        // Given
        SocketRegistry registry = sidecar(PATIENT);

        // When
        Attendance socket = registry.open("alice", Identifiers.PLAIN, "caas/gateway");

        // Then
        await().until(() -> presence("alice").equals("online"));
        String key = keys("socket:*").get(0);
        assertThat(redisView.command("HGETALL", key)).contains("user alice", "sidecar id", "policy caas/gateway");
        assertThat(ttl(key)).isBetween(1L, 30_000L);
        assertThat(ttl(KeyNames.presence("alice"))).isBetween(1L, 30_000L);

        // When
        socket.close();

        // Then
        await().until(() -> presence("alice").equals("offline"));
        assertThat(keys("*")).containsExactly(KeyNames.presence("alice"));
        assertThat(ttl(KeyNames.presence("alice"))).isBetween(30_001L, 3_600_000L);
    }

    @Test
    void aUserIsOnlineWhileAnySocketOnAnySidecarIsOpen() {
        // Given
        SocketRegistry here = sidecar(PATIENT);
        SocketRegistry there = sidecar(PATIENT);
        Attendance first = here.open("alice", Identifiers.PLAIN, "caas/gateway");
        Attendance second = here.open("alice", Identifiers.PLAIN, "caas/gateway");
        Attendance third = there.open("alice", Identifiers.PLAIN, "caas/gateway");
        await().until(() -> keys("socket:*").size() == 3);

        // When, Then
        first.close();
        third.close();
        await().until(() -> keys("socket:*").size() == 1);
        assertThat(presence("alice")).isEqualTo("online");
        second.close();
        await().until(() -> presence("alice").equals("offline"));
    }

    @Test
    void withoutMessagesAUserIsAwayAndTheNextMessageSaysOtherwiseAtOnce() {
        // Given
        SocketRegistry registry = sidecar(SHORT);
        Attendance quiet = registry.open("alice", Identifiers.PLAIN, "caas/gateway");
        Attendance busy = registry.open("bob", Identifiers.PLAIN, "caas/gateway");
        await().until(() -> presence("bob").equals("online"));

        // When
        nanos.addAndGet(Duration.ofMinutes(6).toNanos());
        busy.active();

        // Then
        await().until(() -> presence("alice").equals("away"));
        assertThat(presence("bob")).isEqualTo("online");

        // When
        quiet.active();

        // Then
        await().until(() -> presence("alice").equals("online"));
    }

    @Test
    void keysLiveAsLongAsTheSidecarAndNotALeaseLonger() {
        // Given
        SocketRegistry living = sidecar(SHORT);
        SocketRegistry dying = sidecar(SHORT);
        TestStore connection = stores.get(1);
        living.open("alice", Identifiers.PLAIN, "caas/gateway");
        for (int i = 0; i < 700; i++) {
            dying.open("user-" + i % 300, Identifiers.PLAIN, "caas/gateway");
        }
        dying.open("alice", Identifiers.PLAIN, "caas/gateway");
        await().until(() -> keys("socket:*").size() == 702);
        double before = calls();
        await().until(() -> calls() > before + 20); // some leases long
        assertThat(keys("socket:*")).hasSize(702);

        // When
        executors.get(1).shutdownNow();
        connection.close();

        // Then
        keys("*").forEach(key -> assertThat(ttl(key)).as(key).isBetween(-2L, 900L));
        await().until(() -> keys("socket:*").size() == 1);
        assertThat(presence("alice")).isEqualTo("online");
        await().until(() -> keys("*").size() == 3);
    }

    @Test
    void whatRedisHasLostComesBackWithTheNextRenewal() {
        // Given
        SocketRegistry registry = sidecar(SHORT);
        registry.open("alice", Identifiers.PLAIN, "caas/gateway");
        await().until(() -> presence("alice").equals("online"));

        // When
        redisView.command("FLUSHALL");

        // Then
        await().until(() ->
                presence("alice").equals("online") && keys("socket:*").size() == 1);
    }

    @Test
    void hashedIdentifiersTellNothingAndPlainOnesAreEncoded() {
        // Given
        SocketRegistry registry = sidecar(PATIENT);

        // When
        registry.open("alice@example.com", Identifiers.HASHED, "caas/gateway");
        registry.open("b{o}b", Identifiers.PLAIN, "caas/gateway");

        // Then
        await().until(() -> keys("socket:*").size() == 2);
        for (String key : keys("*")) {
            String value =
                    key.startsWith("presence:") ? redisView.command("GET", key) : redisView.command("HGETALL", key);
            assertThat(key + value).doesNotContain("alice");
        }
        assertThat(presence("b%7Bo%7Db")).isEqualTo("online");
    }

    @Test
    void theLastChangesAreToldBeforeTheEnd() {
        // Given
        SocketRegistry registry = sidecar(PATIENT);
        Attendance socket = registry.open("alice", Identifiers.PLAIN, "caas/gateway");

        // When
        socket.close();
        registry.close();

        // Then
        assertThat(presence("alice")).isEqualTo("offline");
    }

    @Test
    void aPolicysRightsSuffice() {
        // Given what the operator writes into the ACL file of a role for sockets
        List<String> user =
                new ArrayList<>(List.of("--user", "_policy.web", "on", ">secret", "resetchannels", "-@all"));
        user.addAll(List.of("+@connection", "-@admin", "-@dangerous", "+client|no-evict", "+script|load", "+time"));
        user.add("(~" + String.join(" ~", KeyNames.SOCKET_PATTERNS)
                + " +evalsha +eval +set +hset +hdel +hgetall +del +pexpire)");
        try (ScratchRedis guarded = ScratchRedis.start(user.toArray(String[]::new));
                TestStore view = new TestStore(guarded)) {
            SocketRegistry registry = sidecar(new TestStore(guarded, "_policy.web", "secret"), PATIENT);

            // When
            Attendance socket = registry.open("alice", Identifiers.PLAIN, "caas/web");

            // Then
            await().until(() -> view.command("GET", "presence:alice").equals("online"));
            socket.close();
            await().until(() -> view.command("GET", "presence:alice").equals("offline"));
            stores.remove(0).close();
        }
    }

    private SocketRegistry sidecar(PresenceTerms terms) {
        return sidecar(new TestStore(redis), terms);
    }

    private SocketRegistry sidecar(TestStore store, PresenceTerms terms) {
        stores.add(store);
        ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
        executors.add(executor);
        SocketRegistry registry = new SocketRegistry(
                store.store(),
                executor,
                nanos::get,
                () -> "id" + ids.incrementAndGet(),
                () -> Hashes.of(KeyedHash.derive(new byte[32], "presence")),
                terms,
                metrics.sockets());
        registry.start();
        return registry;
    }

    private double calls() {
        return metrics.scrape()
                .lines()
                .filter(line -> line.startsWith("redisroles_presence_calls_total{outcome=\"ok\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private String presence(String user) {
        return redisView.command("GET", KeyNames.presence(user));
    }

    private long ttl(String key) {
        return Long.parseLong(redisView.command("PTTL", key));
    }

    private List<String> keys(String pattern) {
        String all = redisView.command("KEYS", pattern);
        return all.isEmpty() ? List.of() : List.of(all.split(" ", -1));
    }
}
