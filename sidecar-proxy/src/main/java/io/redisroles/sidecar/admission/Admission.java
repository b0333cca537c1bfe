package io.redisroles.sidecar.admission;

import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.contract.SessionFailure;
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
import io.redisroles.sidecar.session.CrossOrigin;
import io.redisroles.sidecar.session.Session;
import io.redisroles.sidecar.session.SessionValidator;
import io.redisroles.sidecar.session.SessionVerdict;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.IntUnaryOperator;

/** Decides about a request: its rule, then its session, then all its limits at once. Safe for all threads. */
public final class Admission {
    private final SessionValidator sessions;
    private final RateLimiter limiter;
    private final CounterKeys keys;
    private final IntUnaryOperator sidecars;
    private final DecisionLog log;

    /**
     * Decides by these.
     *
     * @param sidecars how many there are, given how many the policy knows of
     */
    public Admission(
            SessionValidator sessions,
            RateLimiter limiter,
            CounterKeys keys,
            IntUnaryOperator sidecars,
            DecisionLog log) {
        this.sessions = sessions;
        this.limiter = limiter;
        this.keys = keys;
        this.sidecars = sidecars;
        this.log = log;
    }

    /** Decides by {@code policy}; the stage may complete on any thread, and never fails for want of Redis. */
    public CompletionStage<Verdict> check(RequestContext request, PolicySnapshot policy) {
        Optional<CompiledRule> rule = policy.match(request.matchedMethod(), request.path());
        if (rule.isEmpty()) {
            return CompletableFuture.completedStage(log.unmatched(unmatched(policy)));
        }
        Pending pending = new Pending(request, policy, rule.get(), ipOf(request, policy));
        return decide(request, pending)
                .exceptionally(Admission::withoutStore)
                .thenApply(verdict -> log.decided(pending.rule.rule(), verdict));
    }

    /** What the messages of an admitted WebSocket must pass. */
    public MessageGate messages(RequestContext request, PolicySnapshot policy, Verdict.Admit admitted) {
        Optional<CompiledRule> rule = policy.match(request.matchedMethod(), request.path());
        if (rule.isEmpty() || rule.get().messageLimits().isEmpty()) {
            return MessageGate.OPEN;
        }
        Pending pending = new Pending(request, policy, rule.get(), ipOf(request, policy));
        List<Limit> limits = rule.get().messageLimits();
        Subject subject = subject(pending, admitted.session());
        return new MessageLimits(
                rule.get().rule(), () -> charges(pending, limits, subject, admitted.tier()), limiter, log);
    }

    private CompletionStage<Verdict> decide(RequestContext request, Pending pending) {
        if (request.isPreflight() || pending.rule.rule().session() == SessionRequirement.NONE) {
            return limited(pending, Optional.empty(), DecisionSource.NONE);
        }
        Optional<LimitDecision> exhausted = knownRefusal(pending);
        if (exhausted.isPresent()) {
            return CompletableFuture.completedStage(exceeded(exhausted.get()));
        }
        CompletionStage<SessionVerdict> asked = sessions.validate(request.fields(), pending.policy.section());
        // Most sessions are known: then nothing waits, and nothing is chained.
        if (asked instanceof CompletableFuture<SessionVerdict> known
                && known.isDone()
                && !known.isCompletedExceptionally()) {
            return withSession(request, pending, known.join());
        }
        return asked.handle((verdict, failure) ->
                        failure == null ? withSession(request, pending, verdict) : withoutSessions(pending, failure))
                .thenCompose(decided -> decided);
    }

    /** The Redis of the sessions did not answer. */
    private CompletionStage<Verdict> withoutSessions(Pending pending, Throwable failure) {
        return pending.rule.rule().onSessionStoreFailure() == SessionFailure.ALLOW
                        && causeOf(failure) instanceof StoreUnavailableException
                ? limited(pending, Optional.empty(), DecisionSource.LOCAL)
                : CompletableFuture.failedStage(failure);
    }

    /** A flood that no session would save is not worth looking a session up. */
    private Optional<LimitDecision> knownRefusal(Pending pending) {
        if (!limiter.hasRefusals()) {
            return Optional.empty();
        }
        List<Limit> sameForAll = pending.rule.withoutSession().stream()
                .filter(limit -> limit.tiers().isEmpty())
                .toList();
        Subject subject = pending.anonymous();
        return limiter.refusal(charges(pending, sameForAll, subject, ""));
    }

    private CompletionStage<Verdict> withSession(RequestContext request, Pending pending, SessionVerdict verdict) {
        if (verdict instanceof SessionVerdict.Valid valid) {
            DecisionSource source = valid.cached() ? DecisionSource.CACHE : DecisionSource.REDIS;
            return mayAct(request, pending, valid)
                    ? limited(pending, Optional.of(valid.session()), source)
                    : refused(pending, new Verdict.Reject(Problem.CSRF, "", List.of(), source));
        }
        if (pending.rule.rule().session() == SessionRequirement.OPTIONAL) {
            return limited(pending, Optional.empty(), DecisionSource.NONE);
        }
        return refused(pending, refusal(pending.policy.section(), verdict));
    }

    /** Whether the session's user, and not another site, made the browser send this. */
    private static boolean mayAct(RequestContext request, Pending pending, SessionVerdict.Valid valid) {
        return !valid.byCookie()
                || CrossOrigin.allows(
                        pending.policy.section().session().csrf(), request.method(), request.fields(), valid.session());
    }

    private CompletionStage<Verdict> limited(Pending pending, Optional<Session> session, DecisionSource source) {
        String tier = tierOf(pending.policy.section(), session);
        Subject subject = subject(pending, session);
        List<Charge> charges = charges(pending, pending.rule.limits(), subject, tier);
        if (charges.isEmpty()) {
            return CompletableFuture.completedStage(new Verdict.Admit(session, tier, List.of(), source));
        }
        return limiter.acquire(charges)
                .thenApply(decision -> decision.admitted()
                        ? admitted(
                                decision, session, tier, source == DecisionSource.LOCAL ? source : sourceOf(decision))
                        : exceeded(decision));
    }

    private static Verdict admitted(
            LimitDecision decision, Optional<Session> session, String tier, DecisionSource source) {
        return new Verdict.Admit(
                session,
                tier,
                decision.quotas(),
                source,
                Duration.of(decision.delayMicros(), ChronoUnit.MICROS),
                decision.permit());
    }

    /** A refused request is counted by the limits that need no session, so that guessing is limited. */
    private CompletionStage<Verdict> refused(Pending pending, Verdict refusal) {
        String tier = pending.policy.section().tier().defaultTier();
        List<Charge> charges = charges(pending, pending.rule.withoutSession(), pending.anonymous(), tier);
        if (charges.isEmpty()) {
            return CompletableFuture.completedStage(refusal);
        }
        return limiter.acquire(charges).thenApply(decision -> {
            decision.permit().close();
            return decision.admitted() ? refusal : exceeded(decision);
        });
    }

    private static Subject subject(Pending pending, Optional<Session> session) {
        return session.isPresent() ? pending.subject(session.get()) : pending.anonymous();
    }

    private List<Charge> charges(Pending pending, List<Limit> limits, Subject subject, String tier) {
        PolicySection section = pending.policy.section();
        if (limits.isEmpty()) {
            return List.of();
        }
        int live = sidecars.applyAsInt(section.liveSidecars());
        List<Charge> charges = new ArrayList<>(limits.size());
        for (int i = 0; i < limits.size(); i++) {
            charges.add(keys.charge(section, limits.get(i), subject, tier, live));
        }
        return charges;
    }

    private static Verdict refusal(PolicySection section, SessionVerdict verdict) {
        if (verdict instanceof SessionVerdict.Invalid invalid) {
            String challenge = invalid.bearer() ? "Bearer error=\"invalid_token\"" : "Session";
            return new Verdict.Reject(Problem.SESSION_INVALID, challenge, List.of(), DecisionSource.REDIS);
        }
        boolean onlyTokens = section.session().sources().stream()
                .allMatch(source -> source.kind() == SessionSource.Kind.BEARER_TOKEN
                        || source.kind() == SessionSource.Kind.BEARER_JWT);
        // RFC 6750 §3.1: no error code for a request that shows no credential at all.
        return new Verdict.Reject(
                Problem.SESSION_MISSING, onlyTokens ? "Bearer" : "Session", List.of(), DecisionSource.NONE);
    }

    /** Nobody's verdict but a message's. */
    static Verdict admitted(LimitDecision decision) {
        return new Verdict.Admit(Optional.empty(), "", decision.quotas(), sourceOf(decision));
    }

    static Verdict exceeded(LimitDecision decision) {
        return new Verdict.Reject(Problem.QUOTA_EXCEEDED, "", decision.quotas(), sourceOf(decision));
    }

    private static Verdict withoutStore(Throwable failure) {
        Throwable cause = causeOf(failure);
        if (cause instanceof StoreUnavailableException) {
            return new Verdict.Reject(Problem.STORE_UNAVAILABLE, "", List.of(), DecisionSource.LOCAL);
        }
        throw new CompletionException(cause);
    }

    private static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
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
            case CACHE -> DecisionSource.CACHE;
            case LEASE -> DecisionSource.LEASE;
            case LOCAL -> DecisionSource.LOCAL;
        };
    }

    private static String ipOf(RequestContext request, PolicySnapshot policy) {
        return policy.clients()
                .subject(
                        policy.clients().client(request.peer(), request.fields().values("x-forwarded-for")));
    }

    /** A request whose rule is known. */
    private record Pending(RequestContext request, PolicySnapshot policy, CompiledRule rule, String ip) {
        Subject anonymous() {
            return subject("", "", "");
        }

        Subject subject(Session session) {
            return subject(session.user(), session.identity(), session.apiKey());
        }

        private Subject subject(String user, String session, String apiKey) {
            return new Subject(
                    user,
                    session,
                    apiKey,
                    ip,
                    name(),
                    rule.countsByPath() ? rule.patternOf(request.path()) : "",
                    request.matchedMethod(),
                    name -> String.join(", ", request.fields().values(name)));
        }

        String name() {
            return rule.rule().name();
        }
    }
}
