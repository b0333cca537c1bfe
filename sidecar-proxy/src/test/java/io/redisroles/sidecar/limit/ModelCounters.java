package io.redisroles.sidecar.limit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shared counters of sliding windows as LIMITS words them, and nothing else: tokens by the slot in which they count. Slow,
 * and written without a look at the script.
 */
final class ModelCounters {
    private final Map<String, TreeMap<Long, Long>> slots = new HashMap<>();
    /** Everything debited, spent or not: when, and how much. */
    final List<long[]> debits = new ArrayList<>();

    List<Reply> decide(List<Ask> asks, long now) {
        List<Reply> replies = new ArrayList<>();
        for (Ask ask : asks) {
            replies.add(decide(ask, now));
        }
        return replies;
    }

    long tokens(String key, long slot) {
        return slots.getOrDefault(key, new TreeMap<>()).getOrDefault(slot, 0L);
    }

    private Reply decide(Ask ask, long now) {
        if (ask instanceof Ask.Debit debit) {
            boolean admitted = debit.charges().stream().allMatch(charge -> left(charge, now) >= charge.cost());
            List<Quota> quotas = new ArrayList<>();
            for (Charge charge : debit.charges()) {
                boolean exceeded = left(charge, now) < charge.cost();
                if (admitted) {
                    add(charge, slot(charge, now), charge.cost(), now);
                }
                quotas.add(new Quota(charge.terms(), left(charge, now), 1000, exceeded));
            }
            return new LimitDecision(admitted, quotas, LimitDecision.Source.REDIS);
        }
        if (ask instanceof Ask.Lease lease) {
            Charge charge = lease.charge();
            long tokens = Math.min(lease.most(), left(charge, now) / lease.share());
            long slot = slot(charge, now + charge.terms().leaseMicros());
            long micros = Math.min(
                    (slot + 1) * width(charge) + start(charge) - now,
                    charge.terms().longestLeaseMicros());
            if (tokens > 0) {
                add(charge, slot, tokens, now);
            }
            Quota state = new Quota(charge.terms(), left(charge, now), 1000, false);
            return new Reply.Granted(tokens, tokens > 0 ? slot : 0, micros, state);
        }
        Ask.Refund refund = (Ask.Refund) ask;
        slots.getOrDefault(refund.charge().key(), new TreeMap<>()).merge(refund.slot(), -refund.tokens(), Long::sum);
        if (tokens(refund.charge().key(), refund.slot()) < 0) {
            throw new AssertionError("more was returned than was taken");
        }
        return Reply.Done.DONE;
    }

    private void add(Charge charge, long slot, long tokens, long now) {
        slots.computeIfAbsent(charge.key(), key -> new TreeMap<>()).merge(slot, tokens, Long::sum);
        debits.add(new long[] {now, tokens});
    }

    private long left(Charge charge, long now) {
        long counted =
                slots
                        .getOrDefault(charge.key(), new TreeMap<>())
                        .tailMap(slot(charge, now) - 50, true)
                        .values()
                        .stream()
                        .mapToLong(Long::longValue)
                        .sum();
        return Math.max(charge.requests() - counted, 0);
    }

    private static long slot(Charge charge, long now) {
        return (now - start(charge)) / width(charge);
    }

    /** When the slot 0 begins: keys have it at different times. */
    static long start(Charge charge) {
        return SlidingWindow.lagMicros(SlidingWindow.lag(charge.key()), width(charge));
    }

    private static long width(Charge charge) {
        return SlidingWindow.subWindowMicros(charge.limit().algorithm().horizon());
    }
}
