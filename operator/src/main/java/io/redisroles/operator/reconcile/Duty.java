package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.operator.shard.Shard;
import io.redisroles.operator.status.EventReason;
import io.redisroles.operator.status.Transitions.RoleEvent;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which resources are this operator's to reconcile; of the others it writes nothing but that two operators are told to. */
final class Duty {
    private final Shard shard;
    private final StatusWriter statuses;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Duty(Shard shard, StatusWriter statuses) {
        this.shard = shard;
        this.statuses = statuses;
    }

    /** Whether {@code resource} is this operator's; says once, in an Event, if another's claim is older. */
    boolean covers(HasMetadata resource) {
        String namespace = resource.getMetadata().getNamespace();
        String uid = resource.getMetadata().getUid();
        if (shard.looksAfter(namespace)) {
            told.remove(uid);
            return true;
        }
        shard.elder(namespace)
                .filter(elder -> shard.isChosen(namespace) && told.add(uid))
                .ifPresent(
                        elder -> statuses.tell(
                                resource,
                                new RoleEvent(
                                        true,
                                        EventReason.CHOSEN_TWICE.text(),
                                        "the operator of namespace " + elder + " looks after namespace " + namespace
                                                + " and is older, so this one leaves it alone: change one of their namespaceSelectors")));
        return false;
    }

    /** The same as {@link #covers}, and says nothing. */
    boolean isIn(String namespace) {
        return shard.looksAfter(namespace);
    }
}
