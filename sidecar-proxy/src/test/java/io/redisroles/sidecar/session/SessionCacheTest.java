package io.redisroles.sidecar.session;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.FaultyLink;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Sessions that are known without asking Redis, and how they stop being known. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SessionCacheTest {
    private static final String ID = "abcdefgh";
    private static final String KEY = "session:" + ID;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ScratchRedis redis = ScratchRedis.start("--save", "", "--appendonly", "no");
    private final TestStore store = new TestStore(redis);

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
        store.command("HSET", KEY, "user_id", "ada", "tier", "pro");
    }

    @AfterAll
    void stop() {
        store.close();
        redis.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DEL " + KEY,
                "UNLINK " + KEY,
                "EXPIRE " + KEY + " 0",
                "PEXPIRE " + KEY + " 1",
                "HDEL " + KEY + " user_id",
                "SET " + KEY + " text",
                "RENAME " + KEY + " session:another-one",
                "FLUSHALL",
                "FLUSHDB"
            })
    void aKnownSessionIsOutWhenItIsRevoked(String command) {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            sidecar.cookie(ID);
            assertThat(sidecar.isCached(ID)).isTrue();

            // When
            store.command(command.split(" ", -1));

            // Then
            await().atMost(PATIENCE).until(() -> sidecar.isOut(ID));
        }
    }

    @Test
    void aSessionThatWasKeptAliveIsStillWatched() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            sidecar.cookie(ID); // has no expiry, so this read writes one, and Redis forgets who reads what was written

            // When
            store.command("DEL", KEY);

            // Then
            await().atMost(PATIENCE).until(() -> sidecar.isOut(ID));
        }
    }

    @Test
    void whatASessionSaysNowIsSeen() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            sidecar.cookie(ID);

            // When
            store.command("HSET", KEY, "tier", "free");

            // Then
            await().atMost(PATIENCE)
                    .until(() -> sidecar.cookie(ID) instanceof SessionVerdict.Valid valid
                            && valid.session().tier().equals("free"));
            assertThat(sidecar.isCached(ID)).isTrue();
        }
    }

    @Test
    void twentySidecarsSeeOneRevocation() {
        List<TestSessions> sidecars = new ArrayList<>();
        try {
            // Given
            for (int i = 0; i < 20; i++) {
                TestSessions sidecar = new TestSessions(redis.port());
                sidecars.add(sidecar);
                sidecar.cookie(ID);
            }
            assertThat(sidecars).allMatch(sidecar -> sidecar.isCached(ID));

            // When
            store.command("DEL", KEY);

            // Then
            await().atMost(PATIENCE).until(() -> sidecars.stream().allMatch(sidecar -> sidecar.isOut(ID)));
        } finally {
            sidecars.forEach(TestSessions::close);
        }
    }

    @Test
    void aRevocationBeforeTheReplyArrivesIsNotLost() {
        for (int round = 0; round < 5; round++) {
            empty();
            try (FaultyLink link = new FaultyLink(redis.port());
                    TestSessions sidecar = new TestSessions(redis.port(), link.port(), true, PATIENCE)) {
                // Given
                link.holdAnswers();
                CompletableFuture<SessionVerdict> pending = sidecar.sessions
                        .validate(TestPolicies.cookie(ID), TestPolicies.POLICY)
                        .toCompletableFuture();
                await().atMost(PATIENCE)
                        .until(() -> Long.parseLong(store.command("PTTL", KEY)) > 0); // Redis has read it

                // When
                store.command("DEL", KEY);
                link.letAnswersGo();
                TestStore.await(pending.exceptionally(lost -> SessionVerdict.Invalid.SESSION));

                // Then
                await().atMost(PATIENCE).until(() -> sidecar.isOut(ID));
                assertThat(sidecar.isCached(ID)).isFalse();
            }
        }
    }

    @Test
    void aSilentConnectionEndsWhatWasReadOverIt() {
        try (FaultyLink link = new FaultyLink(redis.port());
                TestSessions sidecar = new TestSessions(link.port(), link.port(), true, Duration.ofMillis(300))) {
            // Given
            sidecar.cookie(ID);
            assertThat(sidecar.isCached(ID)).isTrue();

            // When
            link.swallow();
            long cut = System.nanoTime();
            store.command("DEL", KEY);

            // Then
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(() -> sidecar.cookie(ID))
                            .isInstanceOf(CompletionException.class)
                            .hasCauseInstanceOf(StoreUnavailableException.class));
            assertThat(System.nanoTime() - cut)
                    .as("a second for the last ping's proof, and what a busy machine adds")
                    .isLessThan(Duration.ofSeconds(10).toNanos());

            // When
            link.heal();

            // Then
            await().atMost(PATIENCE).ignoreExceptions().until(() -> sidecar.isOut(ID));
        }
    }

    @Test
    void aNewConnectionTracksAgain() {
        try (FaultyLink link = new FaultyLink(redis.port());
                TestSessions sidecar = new TestSessions(redis.port(), link.port(), true, PATIENCE)) {
            // Given
            sidecar.cookie(ID);

            // When
            link.cut();

            // Then
            await().atMost(PATIENCE).ignoreExceptions().until(() -> link.connections() > 1 && sidecar.isCached(ID));
            store.command("DEL", KEY);
            await().atMost(PATIENCE).until(() -> sidecar.isOut(ID));
        }
    }

    @Test
    void withoutATrackingConnectionEverySessionIsRead() {
        FaultyLink nobody = new FaultyLink(redis.port());
        nobody.close();
        try (TestSessions sidecar = new TestSessions(redis.port(), nobody.port(), true, PATIENCE)) {
            // Given
            sidecar.cookie(ID);
            assertThat(sidecar.isCached(ID)).isFalse();

            // When
            store.command("DEL", KEY);

            // Then
            assertThat(sidecar.isOut(ID)).isTrue();
        }
    }

    @Test
    void itCanBeSwitchedOff() {
        try (TestSessions sidecar = new TestSessions(redis.port(), redis.port(), false, PATIENCE)) {
            // Given
            sidecar.cookie(ID);
            assertThat(sidecar.isCached(ID)).isFalse();

            // When
            store.command("DEL", KEY);

            // Then
            assertThat(sidecar.isOut(ID)).isTrue();
        }
    }

    @Test
    void aKnownSessionEndsWhenItsTimeIsOverAndNobodySaysSo() {
        try (FaultyLink link = new FaultyLink(redis.port());
                TestSessions sidecar = new TestSessions(redis.port(), link.port(), true, PATIENCE)) {
            // Given
            store.command("PEXPIRE", KEY, "1200000"); // longer than the policy's short idle time, so it stays
            store.command("HSET", KEY, "created_at", Long.toString(System.currentTimeMillis() / 1000 - 86_399));
            sidecar.cookie(ID); // a second is left of the 24 hours
            assertThat(redisCalls()).isPositive();

            // Then
            await().atMost(PATIENCE).until(() -> sidecar.isOut(ID));
            assertThat(store.command("EXISTS", KEY))
                    .as("it is the policy that ended it")
                    .isEqualTo("1");
        }
    }

    @Test
    void aKnownSessionCostsNoCall() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            sidecar.cookie(ID);
            long before = redisCalls();

            // When
            for (int i = 0; i < 1000; i++) {
                sidecar.cookie(ID);
            }

            // Then
            assertThat(redisCalls() - before).isLessThan(20); // pings
            assertThat(sidecar.metrics.scrape()).contains("redisroles_session_lookups_total{from=\"cache\"} 1000.0");
            assertThat(sidecar.seen.active(Duration.ofMinutes(30), System.currentTimeMillis()))
                    .isEqualTo(1);
        }
    }

    @Test
    void onlySoManyAreKnownAndThoseInUseStay() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            int crowd = Sessions.CAPACITY + 2000;
            fillWith(crowd);
            sidecar.cookie(ID);

            // When
            for (int first = 1; first <= crowd; first += 100) {
                show(sidecar, first, 100);
                show(sidecar, first, 100);
                assertThat(sidecar.isCached(ID)).as("in use").isTrue();
            }

            // Then
            assertThat(sidecar.sessions.size()).isLessThanOrEqualTo(Sessions.CAPACITY);
            assertThat(sidecar.isCached("visitor-" + crowd))
                    .as("others that were used less made room")
                    .isTrue();
        }
    }

    @Test
    void strangersThatComeOncePushNobodyOut() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            int strangers = 2000;
            fillWith(Sessions.CAPACITY + strangers);
            showUntilAllPlacesAreTaken(sidecar);
            long tracked = trackedKeys();

            // When
            for (int first = Sessions.CAPACITY + 1; first <= Sessions.CAPACITY + strangers; first += 100) {
                show(sidecar, first, 100);
            }

            // Then
            assertThat(trackedKeys()).as("Redis remembers nobody for it either").isEqualTo(tracked);
            for (int i = 1; i <= Sessions.CAPACITY; i += 500) {
                assertThat(sidecar.isCached("visitor-" + i)).isTrue();
            }
        }
    }

    @Test
    void whoComesAgainIsKnownFromThenOn() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            String newcomer = "visitor-" + (Sessions.CAPACITY + 1);
            fillWith(Sessions.CAPACITY + 1);
            showUntilAllPlacesAreTaken(sidecar);

            // Then
            assertThat(sidecar.isCached(newcomer)).as("first").isFalse();
            assertThat(sidecar.isCached(newcomer)).as("read to be kept").isFalse();
            assertThat(sidecar.isCached(newcomer)).isTrue();
        }
    }

    @Test
    void thePlaceOfARevokedSessionIsFree() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            fillWith(Sessions.CAPACITY);
            showUntilAllPlacesAreTaken(sidecar);

            // When
            store.command("FLUSHALL");
            await().atMost(PATIENCE).until(() -> sidecar.sessions.size() == 0);

            // Then
            store.command("HSET", KEY, "user_id", "ada");
            sidecar.cookie(ID);
            assertThat(sidecar.isCached(ID)).isTrue();
        }
    }

    /** Makes the sessions {@code visitor-1} and so on. */
    private void fillWith(int count) {
        Script fill = Script.of("for i = 1, " + count
                + " do redis.call('HSET', 'session:visitor-' .. i, 'user_id', i, 'created_at', ARGV[1]) end return {}");
        TestStore.await(
                store.store().evaluate(fill, List.of(), List.of(Long.toString(System.currentTimeMillis() / 1000))));
    }

    private static void showUntilAllPlacesAreTaken(TestSessions sidecar) {
        await().atMost(PATIENCE).until(() -> {
            for (int first = 1; first <= Sessions.CAPACITY; first += 100) {
                show(sidecar, first, 100);
            }
            return sidecar.sessions.size() == Sessions.CAPACITY;
        });
    }

    /** Shows {@code count} of them at once: few, because a connection that is too busy to answer pings is not believed. */
    private static void show(TestSessions sidecar, int first, int count) {
        List<CompletableFuture<?>> some = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            some.add(sidecar.sessions
                    .validate(TestPolicies.cookie("visitor-" + i), TestPolicies.POLICY)
                    .toCompletableFuture());
        }
        TestStore.await(CompletableFuture.allOf(some.toArray(CompletableFuture[]::new)));
    }

    private long trackedKeys() {
        return store.command("INFO", "stats")
                .lines()
                .filter(line -> line.startsWith("tracking_total_keys:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }

    @Test
    void redisIsToldWhichKnownSessionsAreInUseSoThatItDoesNotEvictThem() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            store.command("HSET", "session:unused-one", "user_id", "eve");
            sidecar.cookie(ID);
            sidecar.cookie("unused-one");
            assertThat(sidecar.isCached(ID)).isTrue();
            long before = touches();

            // When
            sidecar.sessions.touch();

            // Then
            await().atMost(PATIENCE).until(() -> touches() == before + 1);
            sidecar.sessions.touch(); // nothing was used since
            assertThat(sidecar.isCached(ID)).as("it was used, not changed").isTrue();
            assertThat(touches()).isEqualTo(before + 1);
        }
    }

    private long touches() {
        return store.command("INFO", "commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_touch:calls="))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
                .sum();
    }

    @Test
    void aSessionInUseIsKeptAliveOnceAMinute() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            store.command("HSET", KEY, "user_id", "ada");
            RequestFields request = TestPolicies.cookie(ID);
            var policy = TestPolicies.idle(Duration.ofSeconds(2));
            store.command("PEXPIRE", KEY, "1500");
            sidecar.validate(request, policy);

            // When, Then
            long until = System.nanoTime() + Duration.ofSeconds(4).toNanos();
            await().atMost(PATIENCE).until(() -> {
                assertThat(sidecar.validate(request, policy)).isInstanceOf(SessionVerdict.Valid.class);
                return System.nanoTime() - until > 0;
            });
        }
    }

    @Test
    void anApiKeyIsKnownByItsHashAndCachedLikeASession() {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            String hash = Sha256.hex("key-of-a-program");
            store.command("HSET", "apikey:" + hash, "owner", "program", "tier", "pro");
            RequestFields request = TestPolicies.apiKey("key-of-a-program");

            // When
            SessionVerdict first = sidecar.validate(request, TestPolicies.POLICY);
            SessionVerdict second = sidecar.validate(request, TestPolicies.POLICY);

            // Then
            Session session = ((SessionVerdict.Valid) first).session();
            assertThat(session.user()).isEqualTo("program");
            assertThat(session.tier()).isEqualTo("pro");
            assertThat(session.apiKey()).isEqualTo(hash);
            assertThat(((SessionVerdict.Valid) second).cached()).isTrue();
            assertThat(store.command("PTTL", "apikey:" + hash))
                    .as("nobody but its owner ends it")
                    .isEqualTo("-1");

            // When
            store.command("DEL", "apikey:" + hash);

            // Then
            await().atMost(PATIENCE)
                    .until(() ->
                            sidecar.validate(request, TestPolicies.POLICY).equals(new SessionVerdict.Invalid(false)));
        }
    }

    private long redisCalls() {
        return TestStore.await(store.store().info())
                .lines()
                .filter(line -> line.startsWith("total_commands_processed:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }
}
