package io.redisroles.operator.redis;

import io.redisroles.operator.Samples;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.RenderedRedis;
import io.redisroles.operator.plan.RolePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Append-only files are rewritten when it is due, one at a time on each node. */
class AofRewritesTest {
    private static final RolePlan PLAN = Samples.plan("{role: compliance, consumers: [{name: app, keys: ['a:*']}]}");
    private static final RedisLoad DUE = new RedisLoad(10, 1000, false, 0, Optional.empty());
    private static final RedisLoad REWRITING = new RedisLoad(10, 1000, true, 0, Optional.empty());
    private static final RedisLoad DONE = new RedisLoad(10, 10, false, 0, Optional.empty());

    private final List<String> rewritten = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T12:00:00Z");
    private RedisLoad load = DUE;
    private final AofRewrites rewrites = new AofRewrites(
            question -> CompletableFuture.completedFuture(answer()),
            login -> {
                rewritten.add(login.host());
                return CompletableFuture.completedFuture(true);
            },
            () -> now);

    @Test
    void theSecondOfANodeWaitsForTheFirst() {
        // When
        ask("a", "node-1", DUE);
        ask("b", "node-1", DUE);
        ask("c", "node-2", DUE);

        // Then
        assertThat(rewritten).containsExactly("a", "c");

        // When the first is through
        ask("a", "node-1", REWRITING);
        ask("b", "node-1", DUE);
        assertThat(rewritten).containsExactly("a", "c");
        ask("a", "node-1", DONE);
        ask("b", "node-1", DUE);

        // Then
        assertThat(rewritten).containsExactly("a", "c", "b");
    }

    @Test
    void oneThatIsNotHeardOfAgainKeepsTheOthersWaitingForTenMinutes() {
        // Given
        ask("a", "node-1", DUE);

        // When
        now = now.plus(Duration.ofMinutes(9));
        ask("b", "node-1", DUE);
        assertThat(rewritten).containsExactly("a");
        now = now.plus(Duration.ofMinutes(2));
        ask("b", "node-1", DUE);

        // Then
        assertThat(rewritten).containsExactly("a", "b");
    }

    @Test
    void aRewriteThatFailedIsNotTriedAgainAtOnce() {
        // When
        ask("a", "node-1", DUE);
        ask("a", "node-1", DUE);
        assertThat(rewritten).containsExactly("a");
        now = now.plus(Duration.ofMinutes(11));
        ask("a", "node-1", DUE);

        // Then
        assertThat(rewritten).containsExactly("a", "a");
    }

    @Test
    void aPausedRoleIsLeftAlone() {
        // When
        load = DUE;
        rewrites.apply(new RedisInspector.Question(
                        new RedisLogin("a", 1, "_operator", List.of()),
                        wished(),
                        false,
                        Optional.of(new RedisInspector.Volume(10_000, "node-1", 64))))
                .toCompletableFuture()
                .join();

        // Then
        assertThat(rewritten).isEmpty();
    }

    @Test
    void aRealFileThatOutgrewItsDataBecomesSmall(@TempDir Path directory) {
        // Given a server that was overwritten many times, and whose growth Redis itself does not count any more
        try (RenderedRedis redis = RenderedRedis.start(PLAN, directory);
                RedisInspector inspector = new RedisInspector()) {
            for (int i = 0; i < 40; i++) {
                redis.run("app", "SET a:1 " + "x".repeat(100_000));
            }
            AofRewrites real = new AofRewrites(inspector::inspect, inspector::rewriteAof, Instant::now);
            RedisInspector.Question question = new RedisInspector.Question(
                    new RedisLogin(
                            "127.0.0.1",
                            redis.port(),
                            "_operator",
                            redis.credentials().ofOperator()),
                    LiveSettings.of(PLAN, redis.credentials()),
                    true,
                    Optional.of(new RedisInspector.Volume(16 << 20, "node-1", 1 << 20)));

            // When
            Observation before = real.apply(question).toCompletableFuture().join();

            // Then
            assertThat(before.facts().orElseThrow().load().aofSize()).isGreaterThan(4_000_000);
            await("the rewrite").atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                RedisLoad after = real.apply(question)
                        .toCompletableFuture()
                        .join()
                        .facts()
                        .orElseThrow()
                        .load();
                assertThat(after.aofSize()).isLessThan(400_000);
                assertThat(after.rewriting()).isFalse();
                assertThat(after.copied()).as("what the copy took").isPositive();
            });
        }
    }

    private void ask(String host, String node, RedisLoad told) {
        load = told;
        rewrites.apply(new RedisInspector.Question(
                        new RedisLogin(host, 1, "_operator", List.of()),
                        wished(),
                        true,
                        Optional.of(new RedisInspector.Volume(10_000, node, 64))))
                .toCompletableFuture()
                .join();
    }

    private static LiveSettings wished() {
        return LiveSettings.of(PLAN, Samples.credentials(PLAN));
    }

    private Observation answer() {
        return new Observation.Answered(
                new RedisFacts("7.4.2", "run", 0, 0, 0, 0, 0, true, true, "", Map.of(), load),
                new Observation.Canary(Observation.Canary.Outcome.SERVED, ""),
                Observation.Changes.NONE);
    }
}
