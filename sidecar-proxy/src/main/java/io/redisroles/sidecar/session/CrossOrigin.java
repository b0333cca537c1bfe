package io.redisroles.sidecar.session;

import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.PolicySection.Csrf;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

/**
 * Keeps other sites from making a browser act for its user. Only asked where a browser showed its cookie by itself, and only
 * for requests that change something and for WebSockets, which no browser keeps to one origin.
 *
 * <p>{@code CrossOrigin} is the algorithm of Go's {@code net/http.CrossOriginProtection}: {@code Sec-Fetch-Site} where the
 * browser says it, else {@code Origin} against {@code Host}, and programs that send neither are no browsers.
 */
public final class CrossOrigin {
    private CrossOrigin() {}

    /** Whether the request may act for the session. */
    public static boolean allows(Csrf csrf, String method, RequestFields fields, Session session) {
        return csrf.mode() == CsrfMode.DISABLED
                || (isSafe(method) && !isUpgrade(fields))
                || (csrf.mode() == CsrfMode.TOKEN
                        ? showsToken(fields, session.proof().csrf())
                        : isSameOrigin(csrf, fields));
    }

    /** RFC 9110 §9.2.1; TRACE counts as unsafe because nobody needs it. */
    private static boolean isSafe(String method) {
        return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
    }

    private static boolean isUpgrade(RequestFields fields) {
        List<String> upgrades = fields.values("upgrade");
        for (int i = 0; i < upgrades.size(); i++) {
            for (String protocol : upgrades.get(i).split(",", -1)) {
                if (protocol.strip().regionMatches(true, 0, "websocket", 0, "websocket".length())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean showsToken(RequestFields fields, String expected) {
        List<String> shown = fields.values("x-csrf-token");
        return !expected.isEmpty()
                && shown.size() == 1
                && MessageDigest.isEqual(
                        shown.get(0).strip().getBytes(StandardCharsets.UTF_8),
                        expected.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isSameOrigin(Csrf csrf, RequestFields fields) {
        Single site = Single.of(fields.values("sec-fetch-site"));
        Single origin = Single.of(fields.values("origin"));
        if (site.isAmbiguous() || origin.isAmbiguous()) {
            return false;
        }
        if (!site.value().isEmpty()) {
            return site.value().equals("same-origin")
                    || site.value().equals("none")
                    || csrf.trustedOrigins().contains(origin.value());
        }
        return origin.value().isEmpty()
                || isOwn(origin.value(), Single.of(fields.values("host")))
                || csrf.trustedOrigins().contains(origin.value());
    }

    /** By host and port; the scheme cannot be told, because something before the proxy may speak TLS. */
    private static boolean isOwn(String origin, Single host) {
        int scheme = origin.indexOf("://");
        return scheme > 0
                && host.count() == 1
                && !host.value().isEmpty()
                && origin.substring(scheme + 3).equalsIgnoreCase(host.value());
    }
}
