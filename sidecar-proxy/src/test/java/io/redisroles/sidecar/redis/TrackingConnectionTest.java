package io.redisroles.sidecar.redis;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.redisroles.sidecar.TestStore.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** What is read over a connection that is told of changes, with a real Redis. */
@Timeout(60)
class TrackingConnectionTest {
    private static final Script READ = Script.of("return {redis.call('GET', KEYS[1]) or ''}");

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private final Queue<String> changed = new ConcurrentLinkedQueue<>();
    private final TrackingConnection connection = store.tracking(new TrackingConnection.Reader() {
        @Override
        public void changed(String key) {
            changed.add(key);
        }

        @Override
        public void changedAll() {
            changed.add("everything");
        }

        @Override
        public void connected() {}
    });

    @BeforeEach
    void connect() {
        await(connection.start());
    }

    @AfterEach
    void stop() {
        connection.close();
        store.close();
        redis.close();
    }

    @Test
    void allReadsOfOneTickLeaveInOneFlush() {
        // Given
        TrackingConnection.Link link = link();
        await(link.evaluate(READ, "warm"));
        long before = readsOfRedis();

        // When
        List<CompletionStage<List<Object>>> answers = new ArrayList<>();
        store.onLoop(() -> {
            for (int i = 0; i < 40; i++) {
                answers.add(link.evaluate(READ, "key" + i));
            }
        });
        answers.forEach(answer -> assertThat(await(answer)).containsExactly(""));

        // Then
        assertThat(readsOfRedis() - before)
                .as("reads of sockets by Redis, pings and this question included")
                .isLessThan(10);
    }

    @Test
    void aChangeOfWhatWasReadIsTold() {
        // Given
        store.command("SET", "read", "1");
        store.command("SET", "unread", "1");
        assertThat(await(link().evaluate(READ, "read"))).containsExactly("1");

        // When
        store.command("SET", "unread", "2");
        store.command("SET", "read", "2");

        // Then
        await("the change").until(() -> !changed.isEmpty());
        assertThat(changed).containsExactly("read");
    }

    @Test
    void afterAReadThatWaitedInVainNoOtherDoesUntilRedisSpeaks() {
        try (TrackingConnection hasty = store.tracking(Duration.ofSeconds(1), new Deaf())) {
            // Given
            await(hasty.start());
            TrackingConnection.Link link = Optional.ofNullable(hasty.link()).orElseThrow();
            assertThat(link.isAnswering()).isTrue();

            // When
            redis.freeze();
            CompletionStage<List<Object>> answer = link.evaluate(READ, "late");

            // Then
            assertThatThrownBy(() -> await(answer)).hasCauseInstanceOf(StoreUnavailableException.class);
            assertThat(link.isAnswering()).isFalse();
            redis.thaw();
            await("an answer over whatever connection there is").until(() -> {
                TrackingConnection.Link now = hasty.link();
                return now != null && now.isAnswering();
            });
        }
    }

    @Test
    void aReadThatWaitsWhenTheConnectionIsLostFails() {
        // Given
        TrackingConnection.Link link = link();
        await(link.evaluate(READ, "warm"));
        redis.freeze();

        // When
        CompletionStage<List<Object>> answer = link.evaluate(READ, "never");
        redis.kill();

        // Then
        assertThatThrownBy(() -> await(answer)).hasCauseInstanceOf(StoreUnavailableException.class);
        await("its end").until(() -> !link.isLive(System.nanoTime()));
        assertThatThrownBy(() -> await(link.evaluate(READ, "after")))
                .as("over a connection that has ended")
                .hasCauseInstanceOf(StoreUnavailableException.class);
    }

    /** Does not care what changed. */
    private static final class Deaf implements TrackingConnection.Reader {
        @Override
        public void changed(String key) {}

        @Override
        public void changedAll() {}

        @Override
        public void connected() {}
    }

    private TrackingConnection.Link link() {
        return Optional.ofNullable(connection.link()).orElseThrow();
    }

    private long readsOfRedis() {
        return await(store.store().info())
                .lines()
                .filter(line -> line.startsWith("total_reads_processed:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .sum();
    }
}
