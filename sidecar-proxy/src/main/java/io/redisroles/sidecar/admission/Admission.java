package io.redisroles.sidecar.admission;

import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.Unmatched;
import io.redisroles.sidecar.config.CompiledRule;
import io.redisroles.sidecar.config.PolicySnapshot;
import io.redisroles.sidecar.limit.Charge;
import io.redisroles.sidecar.limit.CounterKeys;
import io.redisroles.sidecar.limit.LimitDecision;
import io.redisroles.sidecar.limit.RateLimiter;
import io.redisroles.sidecar.limit.Subject;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import io.redisroles.sidecar.session.Session;
import io.redisroles.sidecar.session.SessionValidator;
import io.redisroles.sidecar.session.SessionVerdict;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Decides about a request: its rule, then its session, then all its limits at once. Safe for all threads. */
public final class Admission {
    private final SessionValidator sessions;
    private final RateLimiter limiter;
    private final CounterKeys keys;
    private final DecisionLog log;

    public Admission(SessionValidator sessions, RateLimiter limiter, CounterKeys keys, DecisionLog log) {
        this.sessions = sessions;
        this.limiter = limiter;
        this.keys = keys;
        this.log = log;
    }

    /** Decides by {@code policy}; the stage may complete on any thread, and never fails for want of Redis. */
    public CompletionStage<Verdict> check(RequestContext request, PolicySnapshot policy) {
        Optional<CompiledRule> rule = policy.match(request.matchedMethod(), request.path());
        if (rule.isEmpty()) {
            return CompletableFuture.completedStage(log.unmatched(unmatched(policy)));
        }
        Pending pending = new Pending(policy, rule.get(), ipOf(request, policy));
        return decide(request, pending)
                .exceptionally(Admission::withoutStore)
                .thenApply(verdict -> log.decided(pending.rule.rule(), verdict));
    }

    private CompletionStage<Verdict> decide(RequestContext request, Pending pending) {
        if (request.isPreflight() || pending.rule.rule().session() == SessionRequirement.NONE) {
            return limited(pending, Optional.empty(), DecisionSource.NONE);
        }
        return sessions.validate(request.fields(), pending.policy.section())
                .thenCompose(verdict -> withSession(pending, verdict));
    }

    private CompletionStage<Verdict> withSession(Pending pending, SessionVerdict verdict) {
        if (verdict instanceof SessionVerdict.Valid valid) {
            return limited(pending, Optional.of(valid.session()), DecisionSource.REDIS);
        }
        if (pending.rule.rule().session() == SessionRequirement.OPTIONAL) {
            return limited(pending, Optional.empty(), DecisionSource.NONE);
        }
        return refused(pending, verdict);
    }

    private CompletionStage<Verdict> limited(Pending pending, Optional<Session> session, DecisionSource source) {
        String tier = tierOf(pending.policy.section(), session);
        Subject subject = session.map(found -> new Subject(found.user(), found.identity(), pending.ip, pending.name()))
                .orElseGet(() -> Subject.anonymous(pending.ip, pending.name()));
        List<Limit> limits = pending.rule.rule().limits();
        if (limits.isEmpty()) {
            return CompletableFuture.completedStage(new Verdict.Admit(session, tier, List.of(), source));
        }
        return limiter.acquire(charges(pending, limits, subject, tier))
                .thenApply(decision -> decision.admitted()
                        ? new Verdict.Admit(session, tier, decision.quotas(), sourceOf(decision))
                        : exceeded(decision));
    }

    /** A refused request is counted by the limits that need no session, so that guessing is limited. */
    private CompletionStage<Verdict> refused(Pending pending, SessionVerdict verdict) {
        Verdict refusal = refusal(pending.policy.section(), verdict);
        List<Limit> limits = pending.rule.withoutSession();
        if (limits.isEmpty()) {
            return CompletableFuture.completedStage(refusal);
        }
        Subject subject = Subject.anonymous(pending.ip, pending.name());
        String tier = pending.policy.section().tier().defaultTier();
        return limiter.acquire(charges(pending, limits, subject, tier))
                .thenApply(decision -> decision.admitted() ? refusal : exceeded(decision));
    }

    private List<Charge> charges(Pending pending, List<Limit> limits, Subject subject, String tier) {
        PolicySection section = pending.policy.section();
        return limits.stream()
                .map(limit -> new Charge(
                        limit, keys.key(section, limit, subject), limit.requestsFor(tier), section.liveSidecars()))
                .toList();
    }

    private static Verdict refusal(PolicySection section, SessionVerdict verdict) {
        if (verdict instanceof SessionVerdict.Invalid invalid) {
            String challenge = invalid.bearer() ? "Bearer error=\"invalid_token\"" : "Session";
            return new Verdict.Reject(Problem.SESSION_INVALID, challenge, List.of(), DecisionSource.REDIS);
        }
        boolean onlyTokens = section.session().sources().stream()
                .allMatch(source -> source.kind() == SessionSource.Kind.BEARER_TOKEN);
        // RFC 6750 §3.1: no error code for a request that shows no credential at all.
        return new Verdict.Reject(
                Problem.SESSION_MISSING, onlyTokens ? "Bearer" : "Session", List.of(), DecisionSource.NONE);
    }

    private static Verdict exceeded(LimitDecision decision) {
        return new Verdict.Reject(Problem.QUOTA_EXCEEDED, "", decision.quotas(), sourceOf(decision));
    }

    private static Verdict withoutStore(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StoreUnavailableException) {
            return new Verdict.Reject(Problem.STORE_UNAVAILABLE, "", List.of(), DecisionSource.LOCAL);
        }
        throw new CompletionException(cause);
    }

    private static Verdict unmatched(PolicySnapshot policy) {
        return policy.section().unmatched() == Unmatched.DENY
                ? Verdict.Reject.of(Problem.NO_RULE)
                : new Verdict.Admit(Optional.empty(), "", List.of(), DecisionSource.NONE);
    }

    private static String tierOf(PolicySection section, Optional<Session> session) {
        return session.map(Session::tier)
                .filter(tier -> !tier.isEmpty())
                .orElse(section.tier().defaultTier());
    }

    private static DecisionSource sourceOf(LimitDecision decision) {
        return switch (decision.source()) {
            case REDIS -> DecisionSource.REDIS;
            case LOCAL -> DecisionSource.LOCAL;
        };
    }

    private static String ipOf(RequestContext request, PolicySnapshot policy) {
        return policy.clients()
                .subject(
                        policy.clients().client(request.peer(), request.fields().values("x-forwarded-for")));
    }

    /** A request whose rule is known. */
    private record Pending(PolicySnapshot policy, CompiledRule rule, String ip) {
        String name() {
            return rule.rule().name();
        }
    }
}
