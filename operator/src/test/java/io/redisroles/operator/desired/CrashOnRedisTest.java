package io.redisroles.operator.desired;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A role that keeps what it acknowledges is killed under load, again and again, on one volume. How often is the property {@code
 * faults.crashes}, 10 if absent.
 */
class CrashOnRedisTest {
    private static final RolePlan PLAN = Samples.plan("{role: compliance, consumers: [{name: app, keys: ['a:*']}]}");
    private static final int CRASHES = Integer.getInteger("faults.crashes", 10);
    private static final int CLIENTS = 4;
    private static final int PIPELINE = 8;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    Path directory;

    private final AtomicLong next = new AtomicLong();
    private final List<Long> acknowledged = new ArrayList<>();

    @Test
    void noAcknowledgedWriteIsLost() {
        for (int crash = 0; crash < CRASHES; crash++) {
            RenderedRedis redis = start();
            long before = count();
            List<CompletableFuture<Void>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(client -> CompletableFuture.runAsync(() -> write(redis)))
                    .toList();
            long enough = before + 50 + 37L * (crash % 10);
            await("load " + crash)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(LIMIT)
                    .until(() -> count() > enough);
            redis.kill();
            clients.forEach(CompletableFuture::join);
        }

        // Then
        try (RenderedRedis redis = start()) {
            try (StatefulRedisConnection<String, String> connection = redis.connectAs("app")) {
                List<Long> lost = acknowledged.stream()
                        .filter(record -> connection.sync().exists("a:" + record) != 1)
                        .toList();
                System.out.println("CrashOnRedisTest: " + CRASHES + " crashes, " + acknowledged.size()
                        + " acknowledged writes, " + lost.size() + " lost");
                assertThat(lost).isEmpty();
                assertThat(acknowledged).hasSizeGreaterThan(50 * CRASHES);
            }
        }
    }

    private RenderedRedis start() {
        RenderedRedis redis = RenderedRedis.start(PLAN, directory);
        await("loaded").atMost(LIMIT).until(() -> redis.run("_operator", "PING").equals("PONG"));
        return redis;
    }

    private long count() {
        synchronized (acknowledged) {
            return acknowledged.size();
        }
    }

    /** Until the server is gone: several writes on their way at once, and of values that cross pages of the file. */
    private void write(RenderedRedis redis) {
        try (StatefulRedisConnection<String, String> connection = redis.connectAs("app")) {
            connection.setTimeout(Duration.ofSeconds(5));
            while (connection.isOpen()) {
                List<Long> records = new ArrayList<>();
                List<RedisFuture<String>> answers = new ArrayList<>();
                for (int i = 0; i < PIPELINE; i++) {
                    long record = next.incrementAndGet();
                    records.add(record);
                    answers.add(connection.async().set("a:" + record, "x".repeat((int) (record % 1500))));
                }
                LettuceFutures.awaitAll(Duration.ofSeconds(5), answers.toArray(RedisFuture[]::new));
                note(records, answers);
            }
        } catch (RedisException e) {
            // It was killed.
        }
    }

    private void note(List<Long> records, List<RedisFuture<String>> answers) {
        synchronized (acknowledged) {
            for (int i = 0; i < records.size(); i++) {
                CompletableFuture<String> answer = answers.get(i).toCompletableFuture();
                if (answer.isDone() && !answer.isCompletedExceptionally() && "OK".equals(answer.join())) {
                    acknowledged.add(records.get(i));
                }
            }
        }
    }
}
