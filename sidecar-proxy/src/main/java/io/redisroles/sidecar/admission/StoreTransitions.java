package io.redisroles.sidecar.admission;

import io.redisroles.contract.PolicySection.Rule;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that a rule is decided without Redis, and once that it no longer is. Safe for all threads. */
final class StoreTransitions {
    private static final Logger LOG = LoggerFactory.getLogger(StoreTransitions.class);

    private final Map<String, DecisionSource> lastByRule = new ConcurrentHashMap<>();

    void observe(Rule rule, DecisionSource source) {
        // Most requests change nothing: a plain read first.
        if (source == DecisionSource.NONE || lastByRule.get(rule.name()) == source) {
            return;
        }
        DecisionSource before = lastByRule.put(rule.name(), source);
        if (source == DecisionSource.LOCAL) {
            LOG.atWarn().addKeyValue("rule", rule.name()).log("Decided without Redis, by onStoreFailure");
        } else if (before == DecisionSource.LOCAL) {
            LOG.atInfo().addKeyValue("rule", rule.name()).log("Decided by Redis again");
        }
    }
}
