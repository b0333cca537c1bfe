package io.redisroles.operator.reconcile;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisLogin;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Asks every role's Redis what it is, again and again and off the reconcile threads, and keeps the last answer of each. Says so
 * when an answer would change a status. Safe for all threads.
 */
final class RedisObservations {
    private static final Duration STEADY = Duration.ofSeconds(5);
    private static final Duration IMPATIENT = Duration.ofSeconds(1);
    private static final Duration BUSY = Duration.ofMillis(200);
    private static final int AT_ONCE = 32;
    private static final Observation UNKNOWN = new Observation.Unknown();

    private final Function<RedisLogin, CompletionStage<Observation>> inspector;
    private final Consumer<ResourceID> changed;
    private final ScheduledExecutorService clock;
    private final RandomGenerator jitter;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Map<ResourceID, Watch> watches = new ConcurrentHashMap<>();
    private final Set<ResourceID> asking = ConcurrentHashMap.newKeySet();

    /**
     * @param inspector asks one server; always completes normally
     * @param changed is told of a role whose status the new answer would change
     */
    RedisObservations(
            Function<RedisLogin, CompletionStage<Observation>> inspector,
            Consumer<ResourceID> changed,
            ScheduledExecutorService clock,
            RandomGenerator jitter) {
        this.inspector = inspector;
        this.changed = changed;
        this.clock = clock;
        this.jitter = jitter;
    }

    /**
     * Who to ask, and when an answer matters.
     *
     * @param pod the uid of the pod: another pod's answers are not its own
     * @param login of the operator's user
     */
    record Target(String pod, RedisLogin login) {}

    /**
     * What a reconcile wants to know of a role's Redis.
     *
     * @param target empty while there is nobody to ask
     * @param ready whether the role is Ready: it is then asked less often
     * @param wanted false once the role is gone: asking then ends
     * @param matters whether an answer would change the status as last written
     */
    record Interest(Optional<Target> target, boolean ready, BooleanSupplier wanted, Predicate<Observation> matters) {}

    private record Watch(Interest interest, Observation latest) {
        boolean isOf(Optional<Target> target) {
            return interest.target.equals(target);
        }
    }

    /** The last answer of this pod's Redis. */
    Observation latest(ResourceID role, Optional<Target> target) {
        return Optional.ofNullable(watches.get(role))
                .filter(watch -> watch.isOf(target))
                .map(Watch::latest)
                .orElse(UNKNOWN);
    }

    /** The last answer of whichever pod the role has. */
    Observation latest(ResourceID role) {
        return Optional.ofNullable(watches.get(role)).map(Watch::latest).orElse(UNKNOWN);
    }

    /** Starts asking, or goes on with another interest. */
    void watch(ResourceID role, Interest interest) {
        watches.compute(
                role,
                (id, known) ->
                        new Watch(interest, known != null && known.isOf(interest.target) ? known.latest : UNKNOWN));
        if (asking.add(role)) {
            askAfter(role, Duration.ZERO);
        }
    }

    private void askAfter(ResourceID role, Duration delay) {
        long millis = delay.toMillis();
        long spread = millis / 5;
        if (!clock.isShutdown()) {
            var unused = clock.schedule(
                    () -> ask(role),
                    spread == 0 ? millis : millis - spread / 2 + jitter.nextLong(spread),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void ask(ResourceID role) {
        Watch watch = watches.get(role);
        if (watch == null || !watch.interest.wanted.getAsBoolean()) {
            watches.remove(role);
            asking.remove(role);
            return;
        }
        Interest interest = watch.interest;
        if (interest.target.isEmpty()) {
            askAfter(role, IMPATIENT);
        } else if (!free.tryAcquire()) {
            askAfter(role, BUSY);
        } else {
            Target target = interest.target.get();
            inspector.apply(target.login()).whenComplete((answer, failure) -> {
                free.release();
                askAfter(role, interest.ready ? STEADY : IMPATIENT);
                if (failure == null) {
                    take(role, target, answer);
                }
            });
        }
    }

    private void take(ResourceID role, Target asked, Observation answer) {
        Watch watch = watches.computeIfPresent(
                role, (id, known) -> known.isOf(Optional.of(asked)) ? new Watch(known.interest, answer) : known);
        if (watch != null && watch.isOf(Optional.of(asked)) && watch.interest.matters.test(answer)) {
            changed.accept(role);
        }
    }
}
