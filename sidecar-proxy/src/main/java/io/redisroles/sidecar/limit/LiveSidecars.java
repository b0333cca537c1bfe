package io.redisroles.sidecar.limit;

import io.redisroles.contract.KeyNames;
import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many sidecars serve a policy: each says in the limits' Redis every two seconds that it lives, and is dead after three
 * silent periods. With many sidecars the period grows, so that their words stay cheap. While Redis is away the last number
 * stands. Safe for all threads.
 */
public final class LiveSidecars implements AutoCloseable {
    public static final Script SCRIPT = Script.fromResource(LiveSidecars.class, "live_sidecars.lua");

    private static final Logger LOG = LoggerFactory.getLogger(LiveSidecars.class);
    private static final String WHO_LIVES = "live";
    /** How often each says that it lives. */
    public static final Duration PERIOD = Duration.ofSeconds(2);

    private static final Duration PERIOD_PER_SIDECAR = Duration.ofMillis(20);
    private static final int PERIODS_UNTIL_DEAD = 3;

    private final RedisStore store;
    private final Supplier<PolicySection> policy;
    private final ScheduledExecutorService timer;
    private final Duration shortest;
    private final RandomGenerator random;
    private final String name;
    private volatile int counted = 1;
    private volatile boolean closed;

    /**
     * A sidecar that has not said anything yet.
     *
     * @param store of the limits
     * @param policy in force
     * @param timer runs short tasks
     * @param shortest between its words while sidecars are few
     * @param random names this sidecar, and spreads the words of all
     */
    public LiveSidecars(
            RedisStore store,
            Supplier<PolicySection> policy,
            ScheduledExecutorService timer,
            Duration shortest,
            RandomGenerator random) {
        this.store = store;
        this.shortest = shortest;
        this.policy = policy;
        this.timer = timer;
        this.random = random;
        this.name = String.format(Locale.ROOT, "%016x", random.nextLong());
    }

    /** Begins to count; completes when Redis was asked once. */
    public CompletionStage<Void> start() {
        return beat();
    }

    /** How many there are at least: those that said so, or those that the policy knows of. */
    public int atLeast(int configured) {
        return Math.max(configured, counted);
    }

    private CompletionStage<Void> beat() {
        Duration period = period();
        return say(period.multipliedBy(PERIODS_UNTIL_DEAD)).handle((living, failure) -> {
            if (failure == null) {
                heard(living);
            }
            next(period);
            return null;
        });
    }

    private void heard(int living) {
        if (living != counted) {
            LOG.atInfo().addKeyValue("sidecars", living).log("Sidecars of the policy that live");
            counted = living;
        }
    }

    private void next(Duration period) {
        if (!closed) {
            long nanos = period.toNanos();
            long jittered = nanos - random.nextLong(nanos / 4);
            var unused = timer.schedule(this::beat, jittered, TimeUnit.NANOSECONDS);
        }
    }

    private Duration period() {
        Duration byNumber = PERIOD_PER_SIDECAR.multipliedBy(counted);
        return byNumber.compareTo(shortest) > 0 ? byNumber : shortest;
    }

    private CompletionStage<Integer> say(Duration lasts) {
        PolicySection section = policy.get();
        String key = KeyNames.rate(WHO_LIVES, section.namespace(), section.name(), WHO_LIVES, "");
        return store.evaluate(SCRIPT, List.of(key), List.of(name, Long.toString(lasts.toMillis())))
                .thenApply(answer -> Math.toIntExact((Long) answer.get(0)));
    }

    /** Says that it goes, without waiting for an answer for long. */
    @Override
    public void close() {
        closed = true;
        try {
            var unused = say(Duration.ZERO).toCompletableFuture().get(200, TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            // It will be dead in a few seconds.
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
