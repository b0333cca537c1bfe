package io.redisroles.sidecar;

import io.redisroles.contract.PolicySection;
import io.redisroles.contract.StaticSection;
import io.redisroles.sidecar.config.ActivePolicy;
import io.redisroles.sidecar.limit.CounterWatch;
import io.redisroles.sidecar.limit.DenialWatch;
import io.redisroles.sidecar.limit.DenyCache;
import io.redisroles.sidecar.limit.FallbackRateLimiter;
import io.redisroles.sidecar.limit.HeldSlots;
import io.redisroles.sidecar.limit.LeasedRateLimiter;
import io.redisroles.sidecar.limit.LiveSidecars;
import io.redisroles.sidecar.limit.LocalRateLimiter;
import io.redisroles.sidecar.limit.NewSubjectBound;
import io.redisroles.sidecar.limit.RateLimiter;
import io.redisroles.sidecar.limit.RedisRateLimiter;
import io.redisroles.sidecar.limit.TwinCounters;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.TrackingConnection;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

/** The limits of a proxy: who decides, in which order, and what watches over them. */
final class Limits implements AutoCloseable {
    private static final int LOCAL_SUBJECTS = 8_192;
    private static final int DENIALS = 8_192;
    private static final int LEASED_SUBJECTS = 4_096;
    /** What a minute may bring; 16 bytes each, as they come. */
    private static final int RECENT_SUBJECTS = 65_536;

    private final RateLimiter limiter;
    private final IntUnaryOperator sidecars;
    private final Deque<Runnable> endings;

    private Limits(RateLimiter limiter, IntUnaryOperator sidecars, Deque<Runnable> endings) {
        this.limiter = limiter;
        this.sidecars = sidecars;
        this.endings = endings;
    }

    /**
     * Builds them, and begins to watch.
     *
     * @param found the Redis of the limits
     * @param timer runs short tasks
     */
    @SuppressWarnings("OptionalUsedAsFieldOrParameterType") // As it is found.
    static Limits start(
            StaticSection section,
            RedisRuntime runtime,
            Optional<RedisStore> found,
            ActivePolicy active,
            ScheduledExecutorService timer,
            ProxyMetrics metrics) {
        Supplier<PolicySection> policy = () -> active.snapshot().section();
        SecureRandom random = new SecureRandom();
        Deque<Runnable> endings = new ArrayDeque<>();
        LocalRateLimiter local = new LocalRateLimiter(System::nanoTime, LOCAL_SUBJECTS);
        if (found.isEmpty()) {
            // Not reached: a policy that has limits is refused where there is no Redis for them.
            return new Limits(local, IntUnaryOperator.identity(), endings);
        }
        RedisStore store = found.get();
        HeldSlots counters = HeldSlots.of(store, timer, random);
        counters.start();
        endings.push(counters::close);
        RateLimiter shared = new RedisRateLimiter(counters);
        if (section.savings().leases()) {
            LeasedRateLimiter leased = new LeasedRateLimiter(
                    shared,
                    counters,
                    System::nanoTime,
                    (nanos, task) -> {
                        var unused = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
                    },
                    LEASED_SUBJECTS);
            endings.push(leased::close);
            shared = leased;
        }
        if (section.savings().denyCache()) {
            DenialWatch denials = new DenialWatch(
                    reader -> new TrackingConnection(
                            runtime, store.address(), section.storeTimeout(), DenialWatch.SCRIPTS, reader),
                    System::nanoTime,
                    DENIALS);
            endings.push(denials::close);
            shared = new DenyCache(shared, System::nanoTime, DENIALS, Optional.of(denials));
        }
        LiveSidecars sidecars = new LiveSidecars(store, policy, timer, LiveSidecars.PERIOD, random);
        CounterWatch watch = new CounterWatch(
                store,
                timer,
                System::nanoTime,
                (loss, times) -> metrics.limitCountersLost(loss.name().toLowerCase(Locale.ROOT), times));
        for (CounterWatch.Loss loss : CounterWatch.Loss.values()) {
            // There from the start: an alarm by rate does not see a series that begins with its first event.
            metrics.limitCountersLost(loss.name().toLowerCase(Locale.ROOT), 0);
        }
        var unused = sidecars.start();
        watch.start();
        endings.push(sidecars::close);
        endings.push(watch::stop);
        RateLimiter counting = new TwinCounters(new FallbackRateLimiter(shared, local));
        return new Limits(
                new NewSubjectBound(
                        counting,
                        policy,
                        System::nanoTime,
                        random.nextLong(),
                        RECENT_SUBJECTS,
                        metrics::newSubjectOverflowed),
                sidecars::atLeast,
                endings);
    }

    /** Limits of a process that has no Redis and knows no other sidecar. */
    static Limits inMemory() {
        return new Limits(
                new LocalRateLimiter(System::nanoTime, LOCAL_SUBJECTS),
                IntUnaryOperator.identity(),
                new ArrayDeque<>());
    }

    RateLimiter limiter() {
        return limiter;
    }

    /** How many sidecars serve the policy, which knows of {@code configured}. */
    int sidecars(int configured) {
        return sidecars.applyAsInt(configured);
    }

    @Override
    public void close() {
        endings.forEach(Runnable::run);
    }
}
