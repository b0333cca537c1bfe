package io.redisroles.sidecar.redis;

import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.RawRedis;
import io.redisroles.sidecar.TestStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.redisroles.sidecar.TestStore.await;
import static org.assertj.core.api.Assertions.assertThat;

/** What a store does with a Redis that is well. */
@Timeout(60)
class RedisStoreTest {
    private static final Script ECHO = Script.of("return {KEYS[1], ARGV[1], 7, {ARGV[1], {}, 'x'}, false, 'last'}");

    private static final ScratchRedis REDIS = ScratchRedis.start();

    private final TestStore store = new TestStore(REDIS);

    @AfterAll
    static void stopRedis() {
        REDIS.close();
    }

    @AfterEach
    void stop() {
        store.close();
    }

    @Test
    void aReplyHasNumbersTextsNilAndNestedLists() {
        List<Object> reply = await(store.store().evaluate(ECHO, List.of("key"), List.of("ä")));

        assertThat(reply).containsExactly("key", "ä", 7L, List.of("ä", List.of(), "x"), Reply.NIL, "last");
    }

    @Test
    void bytesPassAsTheyAre() {
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }

        List<Object> reply = await(store.store().evaluate(ECHO, new byte[][] {{0, '\r', '\n'}}, new byte[][] {all}));

        assertThat((byte[]) reply.get(0)).containsExactly(0, '\r', '\n');
        assertThat((byte[]) reply.get(1)).isEqualTo(all);
        assertThat(reply.get(2)).isEqualTo(7L);
    }

    @Test
    void allCallsOfOneTickLeaveInOneFlush() {
        // Given
        await(store.store().evaluate(ECHO, List.of("key"), List.of("warm")));
        double before = store.metric("redisroles_redis_flushes_total");
        double commands = store.metric("redisroles_redis_commands_total");

        // When
        List<CompletionStage<List<Object>>> answers = new ArrayList<>();
        store.onLoop(() -> {
            store.store().atEndOfTick(() -> answers.add(store.store().evaluate(ECHO, List.of("last"), List.of("1"))));
            for (int i = 0; i < 40; i++) {
                answers.add(store.store().evaluate(ECHO, List.of("key" + i), List.of("1")));
            }
            store.store().atEndOfTick(() -> answers.add(store.store().evaluate(ECHO, List.of("last"), List.of("2"))));
        });

        // Then
        for (int i = 0; i < 40; i++) {
            assertThat(await(answers.get(i))).first().isEqualTo("key" + i);
        }
        assertThat(await(answers.get(40)).get(1)).isEqualTo("1");
        assertThat(await(answers.get(41)).get(1)).isEqualTo("2");
        assertThat(store.metric("redisroles_redis_flushes_total") - before).isEqualTo(1);
        assertThat(store.metric("redisroles_redis_commands_total") - commands).isEqualTo(42);
        store.awaitMetrics("redisroles_redis_flush_commands_bucket{role=\"test\",le=\"64.0\"}");
    }

    @Test
    void anAnswerComesOnTheLoopThatAsked() throws InterruptedException {
        CompletableFuture<Thread> asked = new CompletableFuture<>();
        CompletableFuture<Thread> answered = new CompletableFuture<>();

        store.onLoop(() -> {
            asked.complete(Thread.currentThread());
            store.store().evaluate(ECHO, new byte[1][0], new byte[1][0], new Reply() {
                @Override
                public void answered(List<Object> values) {
                    answered.complete(Thread.currentThread());
                }

                @Override
                public void failed(StoreUnavailableException failure) {
                    answered.completeExceptionally(failure);
                }
            });
        });

        assertThat(await(answered)).isSameAs(await(asked));
    }

    @Test
    void aScriptThatRedisForgotIsSentAgainAndRunsOnce() {
        Script count = Script.of("return {redis.call('INCR', KEYS[1])}");
        assertThat(await(store.store().evaluate(count, List.of("count"), List.of())))
                .containsExactly(1L);
        RawRedis.command(REDIS, "SCRIPT FLUSH");

        List<CompletionStage<List<Object>>> answers = new ArrayList<>();
        store.onLoop(() -> {
            for (int i = 0; i < 3; i++) {
                answers.add(store.store().evaluate(count, List.of("count"), List.of()));
            }
        });

        assertThat(answers.stream().map(answer -> await(answer).get(0))).containsExactlyInAnyOrder(2L, 3L, 4L);
        assertThat(store.command("GET", "count")).isEqualTo("4");
    }

    @Test
    void whatAScriptRefusesIsAFailureOfThatCallOnly() {
        CompletionStage<List<Object>> wrong =
                store.store().evaluate(Script.of("return {err='OOM full'}"), List.of(), List.of());

        assertThat(reasonOf(wrong)).isEqualTo(FailureReason.OOM);
        assertThat(store.command("PING")).isEqualTo("PONG");
        store.awaitMetrics("redisroles_redis_failures_total{reason=\"oom\",role=\"test\"} 1.0");
    }

    @Test
    void noMoreCallsWaitThanTheBound() {
        // Given
        REDIS.freeze();
        List<CompletionStage<List<Object>>> answers = new ArrayList<>();

        // When
        store.onLoop(() -> {
            for (int i = 0; i <= Pipeline.MOST_WAITING; i++) {
                answers.add(store.store().evaluate(ECHO, List.of("key"), List.of("1")));
            }
        });

        // Then
        assertThat(reasonOf(answers.get(Pipeline.MOST_WAITING))).isEqualTo(FailureReason.FULL);
        REDIS.thaw();
        assertThat(await(answers.get(Pipeline.MOST_WAITING - 1))).hasSize(6);
    }

    @Test
    void aClosedStoreRefusesAtOnce() {
        store.store().close();

        assertThat(reasonOf(store.store().evaluate(ECHO, List.of("key"), List.of("1"))))
                .isEqualTo(FailureReason.REFUSED);
    }

    static FailureReason reasonOf(CompletionStage<?> failed) {
        Throwable failure = await(failed.handle((value, thrown) -> thrown));
        return ((StoreUnavailableException) failure).reason();
    }
}
