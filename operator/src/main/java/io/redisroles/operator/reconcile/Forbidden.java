package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the API server does not let the operator do. */
final class Forbidden {
    private static final Logger log = LoggerFactory.getLogger(Forbidden.class);

    private Forbidden() {}

    /** The API server's own words, which name verb, resource and user, or the quota; empty if it was something else. */
    static Optional<String> of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException refusal
                    && refusal.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                return Optional.of("the API server forbids the operator a change: " + words(refusal)
                        + "; install the chart's RBAC again, or give what it names");
            }
        }
        return Optional.empty();
    }

    /** Runs what tells of it; that may be forbidden too, and is then only logged. */
    static void told(Runnable telling) {
        try {
            telling.run();
        } catch (KubernetesClientException e) {
            log.atWarn().setCause(e).log("what is forbidden cannot be told in a status either");
        }
    }

    private static String words(KubernetesClientException refusal) {
        return Optional.ofNullable(refusal.getStatus())
                .map(status -> status.getMessage())
                .orElseGet(() -> String.valueOf(refusal.getMessage()));
    }
}
