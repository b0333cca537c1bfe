package io.redisroles.sidecar.admission;

import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.sidecar.limit.Quota;
import io.redisroles.sidecar.telemetry.Outcome;
import io.redisroles.sidecar.telemetry.ProxyMetrics;

/** Counts verdicts; says in the log, once per transition, that a rule is decided without Redis. Safe for all threads. */
public final class DecisionLog {
    private final ProxyMetrics metrics;
    private final StoreTransitions transitions = new StoreTransitions();

    public DecisionLog(ProxyMetrics metrics) {
        this.metrics = metrics;
    }

    Verdict unmatched(Verdict verdict) {
        metrics.decided("", "", verdict instanceof Verdict.Reject ? Outcome.NO_RULE : Outcome.ADMITTED, "none");
        return verdict;
    }

    Verdict decided(Rule rule, Verdict verdict) {
        Outcome outcome = outcome(verdict);
        String source = verdict.source().label();
        if (verdict.quotas().isEmpty()) {
            metrics.decided(rule.name(), "", outcome, source);
        }
        for (Quota quota : verdict.quotas()) {
            Limit limit = quota.limit();
            if (quota.exceeded() && !quota.refused()) {
                metrics.decided(rule.name(), limit.name(), Outcome.SHADOW_LIMITED, source);
            } else if (outcome != Outcome.LIMITED || quota.refused()) {
                metrics.decided(rule.name(), limit.name(), outcome, source);
            }
        }
        transitions.observe(rule, verdict.source());
        return verdict;
    }

    private static Outcome outcome(Verdict verdict) {
        if (!(verdict instanceof Verdict.Reject reject)) {
            return Outcome.ADMITTED;
        }
        return switch (reject.problem()) {
            case QUOTA_EXCEEDED -> Outcome.LIMITED;
            case STORE_UNAVAILABLE -> Outcome.STORE_UNAVAILABLE;
            case NO_RULE -> Outcome.NO_RULE;
            case CSRF -> Outcome.CSRF;
            default -> Outcome.NO_SESSION;
        };
    }
}
