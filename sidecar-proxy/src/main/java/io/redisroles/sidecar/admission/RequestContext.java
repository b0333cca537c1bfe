package io.redisroles.sidecar.admission;

import io.redisroles.sidecar.session.RequestFields;
import java.net.InetAddress;
import java.util.List;

/**
 * What is asked for, as far as a decision needs it.
 *
 * @param method as in the request line
 * @param path segments, normalized and percent-decoded
 * @param peer who is connected: the client, or a proxy before it
 * @param fields header fields
 */
public record RequestContext(String method, List<String> path, InetAddress peer, RequestFields fields) {
    /** Whether a browser asks if it may ask (Fetch standard, CORS preflight); it carries no credentials. */
    boolean isPreflight() {
        return method.equals("OPTIONS")
                && !fields.values("origin").isEmpty()
                && !fields.values("access-control-request-method").isEmpty();
    }

    /** The method that rules are matched by: for a preflight the one it asks for. */
    String matchedMethod() {
        return isPreflight()
                ? fields.values("access-control-request-method").get(0).strip()
                : method;
    }
}
