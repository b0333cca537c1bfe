package io.redisroles.sidecar.limit;

import io.redisroles.contract.KeyNames;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many subjects begin to be counted: each limit admits {@code newSubjectsPerSecond} that this sidecar has not
 * seen lately, the excess shares one overflow subject with the limit's amount. So nobody can fill Redis with counters, or
 * push the counters of others out of it, by inventing subjects; and an invented subject is never free. Safe for all threads.
 */
public final class NewSubjectBound implements RateLimiter {
    /** Stands for the principal of the overflow subject; no tag looks like it. */
    static final String OVERFLOW_TAG = "overflow";

    private static final long GENERATION_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final RateLimiter next;
    private final Supplier<PolicySection> policy;
    private final LongSupplier nanoTime;
    private final RecentSubjects recent;
    private final Consumer<String> onOverflow;
    /** By limit: when its budget will be full again. As many as the policies that were in force had limits. */
    private final Map<String, AtomicLong> budgets = new ConcurrentHashMap<>();

    private final Map<String, Charge> overflows = new ConcurrentHashMap<>();

    /**
     * Begins with no subject seen.
     *
     * @param next decides
     * @param policy in force
     * @param nanoTime a monotonic clock
     * @param seed makes the places of subjects in memory unforeseeable
     * @param maxSubjects how many are remembered for a minute, a power of two
     * @param onOverflow told the limit's name each time that a request is counted under its overflow subject
     */
    public NewSubjectBound(
            RateLimiter next,
            Supplier<PolicySection> policy,
            LongSupplier nanoTime,
            long seed,
            int maxSubjects,
            Consumer<String> onOverflow) {
        this.next = next;
        this.policy = policy;
        this.nanoTime = nanoTime;
        this.recent = new RecentSubjects(seed, GENERATION_NANOS, maxSubjects, nanoTime.getAsLong());
        this.onOverflow = onOverflow;
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        long now = nanoTime.getAsLong();
        @Nullable List<Charge> bounded = null;
        for (int i = 0; i < charges.size(); i++) {
            Charge charge = charges.get(i);
            if (recent.seen(charge.key(), now)) {
                knowTwin(charge, now);
                continue;
            }
            PolicySection section = policy.get();
            if (mayBegin(charge.limit(), section.newSubjectsPerSecond(), now)) {
                recent.add(charge.key(), now);
                knowTwin(charge, now);
            } else {
                bounded = bounded == null ? new ArrayList<>(charges) : bounded;
                bounded.set(i, overflow(section, charge));
                onOverflow.accept(charge.limit().name());
            }
        }
        return next.acquire(bounded == null ? charges : bounded);
    }

    /** Under its other name a subject is as new, or as known, as it is. */
    private void knowTwin(Charge charge, long now) {
        if (charge.twin().isPresent() && !recent.seen(charge.twin().get(), now)) {
            recent.add(charge.twin().get(), now);
        }
    }

    @Override
    public boolean hasRefusals() {
        return next.hasRefusals();
    }

    @Override
    public Optional<LimitDecision> refusal(List<Charge> charges) {
        return next.refusal(charges);
    }

    /** One more new subject, if the budget, which is that of one second at most, has it. */
    private boolean mayBegin(Limit limit, int perSecond, long now) {
        long each = SECOND_NANOS / perSecond;
        AtomicLong fullAt = budgets.computeIfAbsent(limit.name(), name -> new AtomicLong(now));
        while (true) {
            long before = fullAt.get();
            long after = (before - now < 0 ? now : before) + each;
            if (after - now > SECOND_NANOS) {
                return false;
            }
            if (fullAt.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    /** The charge of the overflow subject; made once for a limit, as long as nothing changes. */
    @SuppressWarnings("ReferenceEquality") // A policy that was read anew has new limits.
    private Charge overflow(PolicySection section, Charge charge) {
        Limit limit = charge.limit();
        Charge known = overflows.get(limit.name());
        if (known != null && known.limit() == limit && known.liveSidecars() == charge.liveSidecars()) {
            return known;
        }
        String key = KeyNames.rate(OVERFLOW_TAG, section.namespace(), section.name(), limit.name(), "");
        Charge fresh = new Charge(new Terms(limit, limit.amount()), key, charge.liveSidecars());
        overflows.put(limit.name(), fresh);
        return fresh;
    }
}
