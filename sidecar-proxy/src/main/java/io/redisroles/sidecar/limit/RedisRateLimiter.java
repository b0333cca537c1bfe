package io.redisroles.sidecar.limit;

import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Limits shared by all sidecars: one script call decides them all, on Redis' clock. */
public final class RedisRateLimiter implements RateLimiter {
    public static final Script SCRIPT = Script.fromResource(RedisRateLimiter.class, "sliding_window.lua");

    private final RedisStore store;
    private final Script script;

    public RedisRateLimiter(RedisStore store) {
        this(store, SCRIPT);
    }

    RedisRateLimiter(RedisStore store, Script script) {
        this.store = store;
        this.script = script;
    }

    @Override
    public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
        List<String> keys = new ArrayList<>(charges.size());
        List<String> arguments = new ArrayList<>(4 * charges.size());
        for (Charge charge : charges) {
            keys.add(charge.key());
            arguments.add(
                    Long.toString(SlidingWindow.subWindowMicros(charge.limit().per())));
            arguments.add(Long.toString(charge.requests()));
            arguments.add(Long.toString(charge.limit().cost()));
            arguments.add(Integer.toString(charge.counterBytes()));
        }
        return store.evaluate(script, keys, arguments).thenApply(answer -> decision(charges, answer));
    }

    private static LimitDecision decision(List<Charge> charges, List<Object> answer) {
        boolean admitted = number(answer, 0) == 1;
        List<Quota> quotas = new ArrayList<>(charges.size());
        for (int i = 0; i < charges.size(); i++) {
            Charge charge = charges.get(i);
            long remaining = number(answer, 2 * i + 1);
            boolean exceeded = !admitted && remaining < charge.limit().cost();
            quotas.add(new Quota(charge.limit(), charge.requests(), remaining, number(answer, 2 * i + 2), exceeded));
        }
        return new LimitDecision(admitted, quotas, LimitDecision.Source.REDIS);
    }

    private static long number(List<Object> answer, int index) {
        return (Long) answer.get(index);
    }
}
