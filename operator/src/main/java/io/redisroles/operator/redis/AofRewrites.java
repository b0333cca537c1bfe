package io.redisroles.operator.redis;

import io.redisroles.operator.plan.VolumeEstimate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Has append-only files rewritten when that is due, one at a time on each node: a rewrite copies memory and fills the disk. Looks
 * at each answer that passes. Safe for all threads.
 */
public final class AofRewrites implements Function<RedisInspector.Question, CompletionStage<Observation>> {
    /** Nobody who was last seen rewriting so long ago keeps the others waiting; nor is one that failed asked again before. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Function<RedisInspector.Question, CompletionStage<Observation>> ask;
    private final Function<RedisLogin, CompletionStage<Boolean>> rewrite;
    private final InstantSource clock;
    private final Map<String, Turn> turns = new ConcurrentHashMap<>();
    private final Map<String, Instant> asked = new ConcurrentHashMap<>();

    private record Turn(String host, Instant until) {}

    /**
     * @param ask one server
     * @param rewrite tells one server to rewrite, and whether it will
     */
    public AofRewrites(
            Function<RedisInspector.Question, CompletionStage<Observation>> ask,
            Function<RedisLogin, CompletionStage<Boolean>> rewrite,
            InstantSource clock) {
        this.ask = ask;
        this.rewrite = rewrite;
        this.clock = clock;
    }

    @Override
    public CompletionStage<Observation> apply(RedisInspector.Question question) {
        return ask.apply(question)
                .thenCompose(answer -> consider(question, answer).handle((done, failure) -> answer));
    }

    private CompletionStage<Boolean> consider(RedisInspector.Question question, Observation answer) {
        Optional<RedisLoad> load = answer.facts().map(RedisFacts::load);
        if (load.isEmpty() || question.volume().isEmpty() || !question.changes()) {
            return CompletableFuture.completedFuture(false);
        }
        RedisInspector.Volume volume = question.volume().get();
        String host = question.login().host();
        Instant now = clock.instant();
        if (load.get().rewriting()) {
            turns.put(volume.node(), new Turn(host, now.plus(PATIENCE)));
            return CompletableFuture.completedFuture(false);
        }
        VolumeEstimate estimate =
                new VolumeEstimate(load.get().aofSize(), load.get().dataset(), volume.size());
        if (!estimate.isRewriteDue(volume.rewriteFloor())) {
            asked.remove(host);
            turns.computeIfPresent(volume.node(), (node, turn) -> turn.host().equals(host) ? null : turn);
            return CompletableFuture.completedFuture(false);
        }
        Instant last = asked.getOrDefault(host, Instant.MIN);
        if (last.isAfter(now.minus(PATIENCE)) || !takesTurn(volume.node(), host, now)) {
            return CompletableFuture.completedFuture(false);
        }
        asked.values().removeIf(at -> !at.isAfter(now.minus(PATIENCE))); // servers that are gone too
        asked.put(host, now);
        return rewrite.apply(question.login());
    }

    private boolean takesTurn(String node, String host, Instant now) {
        return turns.compute(
                        node,
                        (name, turn) -> turn == null
                                        || turn.host().equals(host)
                                        || !turn.until().isAfter(now)
                                ? new Turn(host, now.plus(PATIENCE))
                                : turn)
                .host()
                .equals(host);
    }
}
