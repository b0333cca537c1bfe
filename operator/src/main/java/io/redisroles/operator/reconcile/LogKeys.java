package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** The keys of log entries. */
final class LogKeys {
    /** The resource that is reconciled, as {@code Kind/namespace/name}. */
    static final String RESOURCE = "resource";
    /** What was written or deleted, as {@code Kind/name}. */
    static final String CHILDREN = "children";
    /** Why. */
    static final String REASON = "reason";

    private LogKeys() {}

    static String name(HasMetadata resource) {
        return resource.getKind() + "/" + resource.getMetadata().getNamespace() + "/"
                + resource.getMetadata().getName();
    }
}
