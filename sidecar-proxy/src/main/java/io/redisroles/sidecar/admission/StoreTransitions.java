package io.redisroles.sidecar.admission;

import io.redisroles.contract.PolicySection.Rule;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that a rule is decided without Redis, and once that it no longer is. Safe for all threads. */
final class StoreTransitions {
    private static final Logger LOG = LoggerFactory.getLogger(StoreTransitions.class);

    private final Map<String, Boolean> alone = new ConcurrentHashMap<>();

    void observe(Rule rule, DecisionSource source) {
        if (source == DecisionSource.NONE) {
            return;
        }
        // Most requests change nothing: a plain read first.
        boolean local = source == DecisionSource.LOCAL;
        if (alone.getOrDefault(rule.name(), false) == local) {
            return;
        }
        alone.put(rule.name(), local);
        if (local) {
            LOG.atWarn().addKeyValue("rule", rule.name()).log("Decided without Redis, by onStoreFailure");
        } else {
            LOG.atInfo().addKeyValue("rule", rule.name()).log("Decided by Redis again");
        }
    }
}
