package io.redisroles.sidecar.health;

import io.redisroles.contract.AppProbe;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** What a GET asks for. */
final class RequestLine {
    private static final String ENCODED = "\"<>\\^`{|}";

    private RequestLine() {}

    /** A probe's path as it goes over the wire; what may not stand there is percent-encoded, a fragment is not sent. */
    static URI of(AppProbe.HttpGet probe) {
        StringBuilder target = new StringBuilder();
        for (byte octet : probe.path().replaceFirst("#.*", "").getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xFF);
            if (character > 0x20 && character < 0x7F && ENCODED.indexOf(character) < 0) {
                target.append(character);
            } else {
                target.append('%').append("%02X".formatted((int) character));
            }
        }
        return parse(target.toString()).orElse(URI.create("/"));
    }

    static String targetOf(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /**
     * Where a redirect leads.
     *
     * @param host with port, as the app was asked for it
     * @return empty if it leads away from there
     */
    static Optional<URI> follow(URI from, String location, String host) {
        return parse("http://" + host + targetOf(from))
                .flatMap(base -> parse(location).map(base::resolve))
                .filter(to -> "http".equalsIgnoreCase(to.getScheme()) && host.equalsIgnoreCase(to.getRawAuthority()));
    }

    private static Optional<URI> parse(String text) {
        try {
            return Optional.of(URI.create(text));
        } catch (IllegalArgumentException notAUri) {
            return Optional.empty();
        }
    }
}
