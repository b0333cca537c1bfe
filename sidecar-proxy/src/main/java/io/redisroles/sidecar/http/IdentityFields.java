package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.cache.Doorkeeper;
import io.redisroles.sidecar.config.ActiveKeys.Hashes;
import io.redisroles.sidecar.config.KeyedHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The fields by which the proxy tells the app who asks. Nobody else can set them, under any spelling. */
public final class IdentityFields {
    private static final AsciiString USER = AsciiString.cached("x-auth-user");
    private static final AsciiString SESSION = AsciiString.cached("x-auth-session");
    private static final AsciiString TIER = AsciiString.cached("x-auth-tier");
    private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
    private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
    private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
    private static final AsciiString[] OWN = {
        USER, SESSION, TIER, FORWARDED_FOR, FORWARDED_PROTO, FORWARDED_HOST, AsciiString.cached("forwarded")
    };
    private static final AsciiString HTTP = AsciiString.cached("http");

    private static final HexFormat PERCENT = HexFormat.of().withUpperCase();

    private static final int REMEMBERED = 4096;
    /** Places of one session; without a choice of places one in five of a thousand sessions would share another's. */
    private static final int PLACES = 4;

    private final Supplier<Hashes> sessionHashes;
    /** Tags of sessions that come again, by their hash: an entry is immutable, so threads may overwrite each other's. */
    private final @Nullable Tagged[] recent = new Tagged[REMEMBERED];

    private final Doorkeeper doorkeeper = new Doorkeeper(REMEMBERED);

    IdentityFields(Supplier<Hashes> sessionHashes) {
        this.sessionHashes = sessionHashes;
    }

    /**
     * Writes them into the request's fields.
     *
     * @param peer the address of who is connected
     * @param trusted whether the peer's own {@code X-Forwarded-*} are believed, and then continued
     */
    void write(HttpHeaders headers, String peer, boolean trusted, Verdict.Admit verdict) {
        String believedFor = trusted ? String.join(", ", headers.getAll(FORWARDED_FOR)) : "";
        String believedProto = trusted ? headers.get(FORWARDED_PROTO, "") : "";
        String believedHost = trusted ? headers.get(FORWARDED_HOST, "") : "";
        stripLookAlikes(headers);
        headers.add(FORWARDED_FOR, believedFor.isEmpty() ? peer : believedFor + ", " + peer);
        headers.add(FORWARDED_PROTO, believedProto.isEmpty() ? HTTP : believedProto);
        headers.add(FORWARDED_HOST, believedHost.isEmpty() ? headers.get(HttpHeaderNames.HOST, "") : believedHost);
        verdict.session().ifPresent(session -> {
            headers.add(USER, visible(session.user()));
            headers.add(SESSION, tag(session.identity()));
            headers.add(TIER, visible(verdict.tier()));
        });
    }

    @SuppressWarnings("ReferenceEquality") // Another key's hash is another instance.
    private String tag(String identity) {
        KeyedHash sessionHash = sessionHashes.get().current();
        int hash = identity.hashCode();
        int place = (hash ^ (hash >>> 15)) & (REMEMBERED - 1);
        int free = place ^ ((hash >>> 16) & (PLACES - 1));
        for (int i = 0; i < PLACES; i++) {
            Tagged known = recent[place ^ i];
            if (known == null) {
                free = place ^ i;
                break;
            }
            if (known.identity.equals(identity) && known.by == sessionHash) {
                return known.tag;
            }
        }
        String tag = sessionHash.tag(identity);
        if (recent[free] == null || doorkeeper.admits(hash)) {
            recent[free] = new Tagged(identity, tag, sessionHash);
        }
        return tag;
    }

    /** Removes every field that an app could take for one of ours: many treat {@code _} and {@code -} alike. */
    static void stripLookAlikes(HttpHeaders headers) {
        if (headers.isEmpty()) {
            return;
        }
        List<CharSequence> doomed = List.of();
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            CharSequence name = fields.next().getKey();
            if (isLookAlike(name)) {
                doomed = doomed.isEmpty() ? new ArrayList<>() : doomed;
                doomed.add(name);
            }
        }
        for (CharSequence name : doomed) {
            headers.remove(name);
        }
    }

    private static boolean isLookAlike(CharSequence name) {
        int length = name.length();
        char first = length == 0 ? 0 : name.charAt(0);
        if (first != 'x' && first != 'X' && first != 'f' && first != 'F') {
            return false; // most names, at one glance
        }
        for (AsciiString own : OWN) {
            if (own.length() == length && isLike(own, name)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isLike(AsciiString own, CharSequence name) {
        for (int i = 0; i < own.length(); i++) {
            char character = name.charAt(i);
            char plain = character == '_' ? '-' : AsciiString.toLowerCase(character);
            if (plain != own.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Visible ASCII as it is; anything else percent-encoded as a whole, so that the app can tell and undo it. */
    static String visible(String value) {
        if (isVisible(value)) {
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

    private static boolean isVisible(String value) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            if (character <= 0x20 || character >= 0x7F) {
                return false;
            }
        }
        return true;
    }

    private record Tagged(String identity, String tag, KeyedHash by) {}
}
