package io.redisroles.sidecar.session;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.FaultyLink;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Who keeps a connection open learns when its session ends, and not before. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class OpenWatchesTest {
    private static final String ID = "abcdefgh";
    private static final String KEY = "session:" + ID;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ScratchRedis redis = ScratchRedis.start("--save", "", "--appendonly", "no");
    private final TestStore store = new TestStore(redis);
    private final AtomicInteger told = new AtomicInteger();

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
        store.command("HSET", KEY, "user_id", "ada", "tier", "pro");
        told.set(0);
    }

    @AfterAll
    void stop() {
        store.close();
        redis.close();
    }

    @Test
    void howLongARevocationTookIsMeasured() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            sidecar.sessions.watch().watch(sessionOf(sidecar), TestPolicies.POLICY, told::incrementAndGet);
            store.command("HSET", KEY, "tier", "free"); // a change that ends nothing

            // When
            store.command("DEL", KEY);

            // Then
            await().atMost(PATIENCE).until(() -> told.get() == 1);
            assertThat(sidecar.metrics.scrape()).contains("redisroles_revocation_latency_seconds_count 1\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DEL " + KEY,
                "UNLINK " + KEY,
                "PEXPIRE " + KEY + " 50",
                "HDEL " + KEY + " user_id",
                "HSET " + KEY + " user_id eve",
                "RENAME " + KEY + " session:another-one",
                "FLUSHALL"
            })
    void anEndIsToldOnce(String command) {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            Session session = sessionOf(sidecar);
            sidecar.sessions.watch().watch(session, TestPolicies.POLICY, told::incrementAndGet);
            sidecar.sessions.watch().watch(session, TestPolicies.POLICY, told::incrementAndGet);

            // When
            store.command(command.split(" ", -1));

            // Then
            await().atMost(PATIENCE).until(() -> told.get() == 2);
            store.command("DEL", KEY);
            assertThat(sidecar.metrics.scrape())
                    .contains("redisroles_session_watches 0.0", "redisroles_session_watches_ended_total 2.0");
        }
    }

    @Test
    void aChangeThatIsNoEndIsNotTold() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            Session session = sessionOf(sidecar);
            sidecar.sessions.watch().watch(session, TestPolicies.POLICY, told::incrementAndGet);

            // When
            store.command("HSET", KEY, "tier", "free");
            store.command("HSET", "session:other-one", "user_id", "ada");
            Session other = ((SessionVerdict.Valid) sidecar.cookie("other-one")).session();
            sidecar.sessions.watch().watch(other, TestPolicies.POLICY, () -> told.addAndGet(100));
            store.command("DEL", "session:other-one");

            // Then
            await().atMost(PATIENCE).until(() -> told.get() == 100); // changes are told in order
        }
    }

    @Test
    void anEndBeforeTheWatchIsToldToo() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            Session session = sessionOf(sidecar);
            store.command("DEL", KEY);

            // When
            sidecar.sessions.watch().watch(session, TestPolicies.POLICY, told::incrementAndGet);

            // Then
            await().atMost(PATIENCE).until(() -> told.get() == 1);
        }
    }

    @Test
    void aClosedWatchTellsNothing() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            Session session = sessionOf(sidecar);
            sidecar.sessions
                    .watch()
                    .watch(session, TestPolicies.POLICY, () -> told.addAndGet(100))
                    .close();
            sidecar.sessions.watch().watch(session, TestPolicies.POLICY, told::incrementAndGet);

            // When
            store.command("DEL", KEY);

            // Then
            await().atMost(PATIENCE).until(() -> told.get() > 0);
            assertThat(told.get()).isEqualTo(1);
        }
    }

    @Test
    void whatEndedWhileRedisCouldNotSayIsToldAfter() {
        try (FaultyLink link = new FaultyLink(redis.port());
                TestSessions sidecar = new TestSessions(link.port(), link.port(), true, Duration.ofMillis(300))) {
            // Given
            Session session = sessionOf(sidecar);
            sidecar.sessions.watch().watch(session, TestPolicies.POLICY, told::incrementAndGet);
            int before = link.connections();

            // When
            link.swallow();
            store.command("DEL", KEY);
            await().atMost(PATIENCE).until(() -> link.connections() > before);
            assertThat(told.get()).isZero();
            link.heal();

            // Then
            await().atMost(PATIENCE).until(() -> told.get() == 1);
        }
    }

    @Test
    void withoutATrackingConnectionItIsAskedFor() {
        FaultyLink nobody = new FaultyLink(redis.port());
        nobody.close();
        try (TestSessions sidecar = new TestSessions(redis.port(), nobody.port(), true, PATIENCE)) {
            // Given
            sidecar.sessions.watch().watch(sessionOf(sidecar), TestPolicies.POLICY, told::incrementAndGet);

            // When
            store.command("DEL", KEY);

            // Then
            await().atMost(PATIENCE).until(() -> told.get() == 1);
        }
    }

    @Test
    void onlyWhatTheClientDoesKeepsItsSessionAlive() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            var policy = TestPolicies.idle(Duration.ofSeconds(2));
            Session session = ((SessionVerdict.Valid) sidecar.validate(TestPolicies.cookie(ID), policy)).session();
            try (SessionWatch.Watch watch = sidecar.sessions.watch().watch(session, policy, told::incrementAndGet)) {
                // When, Then
                long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
                await().atMost(PATIENCE).until(() -> {
                    watch.active();
                    assertThat(told.get()).isZero();
                    return System.nanoTime() - until > 0;
                });

                // When, Then
                await().atMost(PATIENCE).until(() -> told.get() == 1);
            }
        }
    }

    private static Session sessionOf(TestSessions sidecar) {
        return ((SessionVerdict.Valid) sidecar.cookie(ID)).session();
    }
}
