package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.config.KeyedHash;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The fields by which the proxy tells the app who asks. Nobody else can set them, under any spelling. */
public final class IdentityFields {
    private static final String USER = "x-auth-user";
    private static final String SESSION = "x-auth-session";
    private static final String TIER = "x-auth-tier";
    private static final String FORWARDED_FOR = "x-forwarded-for";
    private static final String FORWARDED_PROTO = "x-forwarded-proto";
    private static final String FORWARDED_HOST = "x-forwarded-host";
    private static final Set<String> OWN =
            Set.of(USER, SESSION, TIER, FORWARDED_FOR, FORWARDED_PROTO, FORWARDED_HOST, "forwarded");

    private static final HexFormat PERCENT = HexFormat.of().withUpperCase();

    private final KeyedHash sessionHash;

    IdentityFields(KeyedHash sessionHash) {
        this.sessionHash = sessionHash;
    }

    /**
     * Writes them into the request's fields.
     *
     * @param trusted whether the peer's own {@code X-Forwarded-*} are believed, and then continued
     */
    void write(HttpHeaders headers, InetAddress peer, boolean trusted, Verdict.Admit verdict) {
        String believedFor = trusted ? String.join(", ", headers.getAll(FORWARDED_FOR)) : "";
        String believedProto = trusted ? headers.get(FORWARDED_PROTO, "") : "";
        String believedHost = trusted ? headers.get(FORWARDED_HOST, "") : "";
        String host = headers.get(HttpHeaderNames.HOST, "");
        stripLookAlikes(headers);
        String address = NetUtil.toAddressString(peer);
        headers.set(FORWARDED_FOR, believedFor.isEmpty() ? address : believedFor + ", " + address);
        headers.set(FORWARDED_PROTO, believedProto.isEmpty() ? "http" : believedProto);
        headers.set(FORWARDED_HOST, believedHost.isEmpty() ? host : believedHost);
        verdict.session().ifPresent(session -> {
            headers.set(USER, visible(session.user()));
            headers.set(SESSION, sessionHash.tag(session.identity()));
            headers.set(TIER, visible(verdict.tier()));
        });
    }

    /** Removes every field that an app could take for one of ours: many treat {@code _} and {@code -} alike. */
    static void stripLookAlikes(HttpHeaders headers) {
        List<String> doomed = new ArrayList<>();
        for (String name : headers.names()) {
            if (OWN.contains(name.toLowerCase(Locale.ROOT).replace('_', '-'))) {
                doomed.add(name);
            }
        }
        doomed.forEach(headers::remove);
    }

    /** Visible ASCII as it is; anything else percent-encoded as a whole, so that the app can tell and undo it. */
    static String visible(String value) {
        if (value.chars().allMatch(c -> c > 0x20 && c < 0x7F)) {
            return value;
        }
        StringBuilder encoded = new StringBuilder();
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            if (octet > 0x20 && octet < 0x7F && octet != '%') {
                encoded.append((char) octet);
            } else {
                encoded.append('%').append(PERCENT.toHexDigits(octet));
            }
        }
        return encoded.toString();
    }
}
