package io.redisroles.bench.decide;

import io.redisroles.bench.policy.MeasuredPolicy;
import io.redisroles.contract.Algorithm;
import io.redisroles.contract.HttpMethod;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.LimitUnit;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.contract.SessionFailure;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SubjectPart;
import io.redisroles.sidecar.config.CompiledRule;
import io.redisroles.sidecar.config.KeyedHash;
import io.redisroles.sidecar.config.PolicySnapshot;
import io.redisroles.sidecar.limit.Ask;
import io.redisroles.sidecar.limit.Charge;
import io.redisroles.sidecar.limit.DenyCache;
import io.redisroles.sidecar.limit.LeasedRateLimiter;
import io.redisroles.sidecar.limit.LimitDecision;
import io.redisroles.sidecar.limit.LocalRateLimiter;
import io.redisroles.sidecar.limit.Quota;
import io.redisroles.sidecar.limit.RateLimiter;
import io.redisroles.sidecar.limit.Reply;
import io.redisroles.sidecar.limit.SharedCounters;
import io.redisroles.sidecar.limit.Terms;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Each decision of a request that needs no Redis: rule, identifier, limits. One thread, nanoseconds a call. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Decisions {
    private static final int RULES = 20;
    private static final long PLENTY = 1_000_000_000;
    private static final int SUBJECTS = 1 << 14;

    private final PolicySnapshot policy = PolicySnapshot.compile(policyOf(RULES));
    private final List<String> lastPath = List.of("api", "v1", "resource" + (RULES - 1), "42");
    private final KeyedHash hash = KeyedHash.derive(new byte[32], "limits");
    private final List<Charge> window = List.of(charge(new Algorithm.SlidingWindow(Duration.ofMinutes(1)), PLENTY));
    private final List<Charge> bucket = List.of(charge(new Algorithm.TokenBucket(Duration.ofMinutes(1)), PLENTY));
    private final List<Charge> never = List.of(charge(new Algorithm.SlidingWindow(Duration.ofHours(1)), 1));
    private final RateLimiter local = new LocalRateLimiter(System::nanoTime, SUBJECTS);
    private final RateLimiter leased =
            new LeasedRateLimiter(local, new Generous(), System::nanoTime, (nanos, task) -> {}, SUBJECTS);
    private final RateLimiter refusing = new DenyCache(new Refusing(), System::nanoTime, SUBJECTS, Optional.empty());

    /** The last of twenty rules, each with two patterns. */
    @Benchmark
    public Optional<CompiledRule> ruleOfTwenty() {
        return policy.match("GET", lastPath);
    }

    /** The tag that stands for a user in a key's name. */
    @Benchmark
    public String identifier() {
        return hash.tag("u00000042");
    }

    /** A window's decision in memory, as while Redis is away. */
    @Benchmark
    public LimitDecision slidingWindow() {
        return decided(local, window);
    }

    /** A bucket's decision in memory, as while Redis is away. */
    @Benchmark
    public LimitDecision tokenBucket() {
        return decided(local, bucket);
    }

    /** A request that a lease pays for. */
    @Benchmark
    public LimitDecision lease() {
        return decided(leased, window);
    }

    /** A request of a subject that is known to be over its limit. */
    @Benchmark
    public LimitDecision refusal() {
        return decided(refusing, never);
    }

    private static LimitDecision decided(RateLimiter limiter, List<Charge> charges) {
        return limiter.acquire(charges).toCompletableFuture().join();
    }

    private static Charge charge(Algorithm algorithm, long requests) {
        return new Charge(
                new Terms(limit("limit", algorithm, requests), Amount.of(requests)), "rate:{u}:ns/p:limit", 1);
    }

    private static Limit limit(String name, Algorithm algorithm, long requests) {
        return new Limit(
                name,
                List.of(SubjectPart.IP),
                Amount.of(requests),
                algorithm,
                1,
                LimitUnit.REQUEST,
                LimitMode.ENFORCE,
                Map.of(),
                OnStoreFailure.LOCAL);
    }

    private static PolicySection policyOf(int rules) {
        List<Rule> made = new ArrayList<>(rules);
        for (int i = 0; i < rules; i++) {
            made.add(new Rule(
                    "rule" + i,
                    List.of("/api/v1/resource" + i + "/**", "/api/*/resource" + i + "/*/parts/**"),
                    List.of(HttpMethod.GET, HttpMethod.POST),
                    SessionRequirement.NONE,
                    SessionFailure.DENY,
                    List.of(limit("limit" + i, new Algorithm.SlidingWindow(Duration.ofMinutes(1)), PLENTY))));
        }
        return MeasuredPolicy.of(made);
    }

    /** Counters that lend all they are asked for. */
    private static final class Generous implements SharedCounters {
        private static final long MICROS = 2_400_000;

        @Override
        public CompletionStage<List<Reply>> decide(List<Ask> asks) {
            return CompletableFuture.completedStage(
                    asks.stream().map(Generous::reply).toList());
        }

        private static Reply reply(Ask ask) {
            Quota quota = new Quota(ask.charge(0).terms(), PLENTY, 0, false);
            if (ask instanceof Ask.Debit) {
                return new LimitDecision(true, List.of(quota), LimitDecision.Source.REDIS);
            }
            return ask instanceof Ask.Lease lease ? new Reply.Granted(lease.most(), 0, MICROS, quota) : Reply.Done.DONE;
        }
    }

    /** Refuses everything for an hour, as Redis would. */
    private static final class Refusing implements RateLimiter {
        @Override
        public CompletionStage<LimitDecision> acquire(List<Charge> charges) {
            List<Quota> quotas = charges.stream()
                    .map(charge -> new Quota(charge.terms(), 0, TimeUnit.HOURS.toMicros(1), true))
                    .toList();
            return CompletableFuture.completedStage(new LimitDecision(false, quotas, LimitDecision.Source.REDIS));
        }
    }
}
