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
    CRASHING("Crashing"),
    RECONCILED("Reconciled"),
    RESTARTING("Restarting"),
    NAME_CONFLICT("NameConflict"),
    NO_CONFLICT("NoConflict"),
    APPLIED("Applied"),
    DIFFERENT("Different"),
    REFUSED("Refused"),
    FORBIDDEN("Forbidden"),
    MEMORY_IN_USE("MemoryInUse"),
    RESIZING("Resizing"),
    HANDING_OUT("HandingOut"),
    VOLUME_RESIZING("VolumeResizing"),
    VOLUME_RESIZE_FAILED("VolumeResizeFailed"),
    IMAGE_REFUSED("ImageRefused"),
    DOWNGRADED("Downgraded"),
    LOCKED_OUT("LockedOut"),
    PAUSED("Paused"),
    UNKNOWN("Unknown"),
    HEALTHY("Healthy"),
    NEAR_FULL("NearFull"),
    FULL("Full"),
    EVICTING_LIVE_COUNTERS("EvictingLiveCounters"),
    VOLATILE_STARVED("VolatileStarved"),
    AOF_DISABLED("AofDisabled"),
    AOF_WRITE_FAILING("AofWriteFailing"),
    SERVED("Served"),
    RENEWING("Renewing"),
    EXPIRES_SOON("ExpiresSoon"),
    EXPIRED("Expired"),
    SECRET_NOT_FOUND("SecretNotFound"),
    INVALID_CERTIFICATE("InvalidCertificate"),
    CERT_MANAGER_ABSENT("CertManagerAbsent"),
    REQUESTED("Requested"),
    UNTRUSTED("Untrusted"),
    VOLUME_NEAR_FULL("VolumeNearFull"),
    HEADROOM_LOW("HeadroomLow"),
    AOF_CORRUPT("AofCorrupt"),
    AOF_TRUNCATED("AofTruncated"),
    PROGRAMMED("Programmed"),
    EVICTING_ROLE("EvictingRole"),
    NO_LIMITS("NoLimits"),
    DURABLE("Durable"),
    NOT_INJECTED("NotInjected"),
    INJECTED("Injected"),
    NO_PODS("NoPods"),
    REPLACING("Replacing"),
    BYPASS_OPEN("BypassOpen"),
    OLDER_POLICY_WINS("OlderPolicyWins");

    private final String text;

    ConditionReason(String text) {
        this.text = text;
    }

    /** As it stands in a status. */
    public String text() {
        return text;
    }
}
