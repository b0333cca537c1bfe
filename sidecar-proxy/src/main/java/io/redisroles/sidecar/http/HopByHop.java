package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The fields that are for the next hop only and are not passed on (RFC 9110 §7.6.1). */
final class HopByHop {
    private static final List<String> ALWAYS = List.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "upgrade");

    private HopByHop() {}

    /** The field names that {@code Connection} nominates, in lower case. */
    static List<String> nominated(HttpHeaders headers) {
        List<String> names = new ArrayList<>();
        for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** Removes them; what frames the body stays, it is the codec's. */
    static void strip(HttpHeaders headers) {
        for (String name : nominated(headers)) {
            if (!name.isEmpty()) {
                headers.remove(name);
            }
        }
        ALWAYS.forEach(headers::remove);
    }
}
