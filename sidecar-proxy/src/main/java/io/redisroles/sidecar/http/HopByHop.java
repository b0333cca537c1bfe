package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** The fields that are for the next hop only and are not passed on (RFC 9110 §7.6.1). */
final class HopByHop {
    private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
    private static final AsciiString CLOSE = AsciiString.cached("close");
    private static final AsciiString[] ALWAYS = {
        HttpHeaderNames.CONNECTION,
        KEEP_ALIVE,
        AsciiString.cached("proxy-connection"),
        HttpHeaderNames.PROXY_AUTHENTICATE,
        HttpHeaderNames.PROXY_AUTHORIZATION,
        HttpHeaderNames.TE,
        HttpHeaderNames.UPGRADE
    };

    private HopByHop() {}

    /** The field names that {@code Connection} nominates, in lower case. */
    static List<String> nominated(HttpHeaders headers) {
        List<String> names = List.of();
        Iterator<String> values = headers.valueStringIterator(HttpHeaderNames.CONNECTION);
        while (values.hasNext()) {
            String value = values.next();
            if (KEEP_ALIVE.contentEqualsIgnoreCase(value) || CLOSE.contentEqualsIgnoreCase(value)) {
                continue;
            }
            if (names.isEmpty()) {
                names = new ArrayList<>();
            }
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    /** Removes them; what frames the body stays, it is the codec's. */
    static void strip(HttpHeaders headers) {
        List<String> nominated = nominated(headers);
        for (int i = 0; i < nominated.size(); i++) {
            if (!nominated.get(i).isEmpty()) {
                headers.remove(nominated.get(i));
            }
        }
        for (AsciiString name : ALWAYS) {
            headers.remove(name);
        }
    }
}
