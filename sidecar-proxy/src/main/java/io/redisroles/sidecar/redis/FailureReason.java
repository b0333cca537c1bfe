package io.redisroles.sidecar.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.netty.channel.ConnectTimeoutException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Locale;

/** Why Redis gave no usable answer, as messages and metrics tell it. */
public enum FailureReason {
    /** There is no connection, or it was not accepted, or it ended. */
    REFUSED,
    /** Its certificate is not of its name, or nobody whom the sidecar believes vouches for it. */
    UNTRUSTED,
    /** Nothing came in time. */
    TIMEOUT,
    /** Too many calls wait for their replies already. */
    FULL,
    /** It reads its data set. */
    LOADING,
    /** A script runs for too long. */
    BUSY,
    /** It is a replica. */
    READONLY,
    /** Its memory is full and it may not evict. */
    OOM,
    /** It does not know the script, not even after it was sent. */
    NOSCRIPT,
    /** The user may not do this. */
    NOPERM,
    /** The user, or its password, is not the right one. */
    NOAUTH,
    OTHER;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** As metrics and log entries have it. */
    public String label() {
        return label;
    }

    /** Whether it says that Redis cannot serve anybody now; the others concern one command. */
    boolean isOutage() {
        return switch (this) {
            case REFUSED, UNTRUSTED, TIMEOUT, LOADING, BUSY, READONLY, NOAUTH -> true;
            case FULL, OOM, NOSCRIPT, NOPERM, OTHER -> false;
        };
    }

    /** Whether only a new connection can help: the address may lead to another Redis by then, the password be another. */
    boolean needsNewConnection() {
        return this == READONLY || this == NOAUTH;
    }

    /** Why a connection could not be had. */
    static FailureReason of(Throwable failure) {
        FailureReason found = REFUSED;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StoreUnavailableException known) {
                return known.reason();
            }
            if (cause instanceof RedisCommandTimeoutException || cause instanceof ConnectTimeoutException) {
                return TIMEOUT;
            }
            if (cause instanceof CertificateException || cause instanceof CertPathValidatorException) {
                return UNTRUSTED;
            }
            FailureReason said = ofReply(String.valueOf(cause.getMessage()));
            found = said == OTHER ? found : said;
        }
        return found;
    }

    /** What the first word of an error reply means. */
    static FailureReason ofReply(String error) {
        int end = error.indexOf(' ');
        return switch (end < 0 ? error : error.substring(0, end)) {
            case "LOADING", "MASTERDOWN" -> LOADING;
            case "BUSY" -> BUSY;
            case "READONLY" -> READONLY;
            case "OOM" -> OOM;
            case "NOSCRIPT" -> NOSCRIPT;
            case "NOPERM" -> NOPERM;
            case "NOAUTH", "WRONGPASS" -> NOAUTH;
            default -> OTHER;
        };
    }
}
