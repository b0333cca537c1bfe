package io.redisroles.operator.status;

/** The aspects of a resource that have a condition. */
public enum ConditionType {
    ACCEPTED("Accepted"),
    READY("Ready"),
    PROGRESSING("Progressing"),
    CONFIG_APPLIED("ConfigApplied"),
    ACL_APPLIED("AclApplied"),
    MEMORY_HEALTHY("MemoryHealthy"),
    PERSISTENCE_HEALTHY("PersistenceHealthy"),
    CERTIFICATE_SERVED("CertificateServed"),
    NAME_CONFLICT("NameConflict"),
    PROGRAMMED("Programmed"),
    STORE_REACHABLE("StoreReachable"),
    LIMITS_DURABLE("LimitsDurable"),
    ENFORCED("Enforced"),
    CONFLICTED("Conflicted");

    private final String text;

    ConditionType(String text) {
        this.text = text;
    }

    /** As it stands in a status. */
    public String text() {
        return text;
    }
}
