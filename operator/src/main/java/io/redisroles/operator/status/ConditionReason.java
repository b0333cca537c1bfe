package io.redisroles.operator.status;

/** Why a condition is as it is; stands in the status in CamelCase. */
public enum ConditionReason {
    VALID("Valid"),
    UNWISE("Unwise"),
    INVALID_SPEC("InvalidSpec"),
    SERVING("Serving"),
    NOT_SERVING("NotServing"),
    LOADING("Loading"),
    UNREACHABLE("Unreachable"),
    PENDING("Pending"),
    RECONCILED("Reconciled"),
    RESTARTING("Restarting"),
    NAME_CONFLICT("NameConflict"),
    NO_CONFLICT("NoConflict"),
    APPLIED("Applied"),
    DIFFERENT("Different"),
    UNKNOWN("Unknown"),
    HEALTHY("Healthy"),
    NEAR_FULL("NearFull"),
    FULL("Full"),
    EVICTING_LIVE_COUNTERS("EvictingLiveCounters"),
    VOLATILE_STARVED("VolatileStarved"),
    AOF_DISABLED("AofDisabled"),
    AOF_WRITE_FAILING("AofWriteFailing"),
    PROGRAMMED("Programmed"),
    EVICTING_ROLE("EvictingRole"),
    NO_LIMITS("NoLimits"),
    DURABLE("Durable"),
    NOT_INJECTED("NotInjected");

    private final String text;

    ConditionReason(String text) {
        this.text = text;
    }

    /** As it stands in a status. */
    public String text() {
        return text;
    }
}
