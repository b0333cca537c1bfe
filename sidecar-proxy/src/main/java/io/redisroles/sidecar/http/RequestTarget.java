package io.redisroles.sidecar.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What a request is for, in one form only: the app gets exactly the path that rules were matched on. Unreserved octets are
 * decoded, dot segments resolved, slashes merged (RFC 3986 §6.2.2); what two readers could understand differently is refused.
 *
 * @param segments of the path, percent-decoded
 * @param origin path and query, as the app gets them
 * @param authority of a request in absolute form; empty otherwise
 */
record RequestTarget(List<String> segments, String origin, String authority) {
    private static final String NEVER_ENCODED = "-._~";

    RequestTarget {
        segments = List.copyOf(segments);
    }

    /** Reads the target of a request line; empty if it must be refused. */
    static Optional<RequestTarget> parse(String target) {
        if (!isPlainAscii(target)) {
            return Optional.empty();
        }
        if (target.equals("*")) {
            return Optional.of(new RequestTarget(List.of("*"), "*", ""));
        }
        if (target.startsWith("/")) {
            return isNormal(target) ? Optional.of(ofNormal(target)) : parsePath(target, "");
        }
        int scheme = target.regionMatches(true, 0, "http://", 0, 7)
                ? 7
                : target.regionMatches(true, 0, "https://", 0, 8) ? 8 : 0;
        if (scheme == 0) {
            return Optional.empty();
        }
        int end = scheme;
        while (end < target.length() && "/?".indexOf(target.charAt(end)) < 0) {
            end++;
        }
        String authority = target.substring(scheme, end);
        if (authority.isEmpty() || authority.indexOf('@') >= 0) {
            return Optional.empty();
        }
        String rest = target.substring(end);
        return parsePath(rest.startsWith("/") ? rest : "/" + rest, authority);
    }

    /** Whether nothing has to be normalized: most targets, told by one look at each character. */
    private static boolean isNormal(String target) {
        for (int i = 0; i < target.length(); i++) {
            char character = target.charAt(i);
            if (character == '?') {
                return i > 0;
            }
            boolean segmentBegins = i > 0 && target.charAt(i - 1) == '/';
            if (character == '%' || (segmentBegins && (character == '/' || character == '.'))) {
                return false;
            }
        }
        return true;
    }

    private static RequestTarget ofNormal(String target) {
        int question = target.indexOf('?');
        int end = question < 0 ? target.length() : question;
        List<String> segments = new ArrayList<>(8);
        int from = 1;
        for (int i = 1; i < end; i++) {
            if (target.charAt(i) == '/') {
                segments.add(target.substring(from, i));
                from = i + 1;
            }
        }
        segments.add(target.substring(from, end));
        return new RequestTarget(segments, target, "");
    }

    private static Optional<RequestTarget> parsePath(String target, String authority) {
        int question = target.indexOf('?');
        String path = question < 0 ? target : target.substring(0, question);
        String query = question < 0 ? "" : target.substring(question);
        Deque<String> encoded = new ArrayDeque<>();
        boolean directory = false;
        for (String raw : path.split("/", -1)) {
            Optional<String> normal = normalize(raw);
            if (normal.isEmpty() || isHiddenDots(normal.get())) {
                return Optional.empty();
            }
            String segment = normal.get();
            directory = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..")) {
                encoded.pollLast();
            } else if (!directory) {
                encoded.addLast(segment);
            }
        }
        if (directory) {
            encoded.addLast("");
        }
        List<String> decoded = new ArrayList<>(encoded.size());
        for (String segment : encoded) {
            Optional<String> text = decode(segment);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            decoded.add(text.get());
        }
        return Optional.of(new RequestTarget(decoded, "/" + String.join("/", encoded) + query, authority));
    }

    /** One spelling for each octet: unreserved ones decoded, the others as %XX in upper case. */
    private static Optional<String> normalize(String segment) {
        StringBuilder normal = new StringBuilder(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            char character = segment.charAt(i);
            if (character != '%') {
                normal.append(character);
                continue;
            }
            int octet = octetAt(segment, i);
            if (octet <= 0 || octet == '/' || octet == '\\') {
                return Optional.empty();
            }
            if (isUnreserved((char) octet)) {
                normal.append((char) octet);
            } else {
                normal.append('%').append(hexDigit(octet >> 4)).append(hexDigit(octet & 0xF));
            }
            i += 2;
        }
        return Optional.of(normal.toString());
    }

    /** {@code ..;x} is a parent for servers that drop path parameters, and a name for others. */
    private static boolean isHiddenDots(String segment) {
        return segment.startsWith(".;")
                || segment.startsWith("..;")
                || segment.startsWith(".%3B")
                || segment.startsWith("..%3B");
    }

    private static Optional<String> decode(String segment) {
        if (segment.indexOf('%') < 0) {
            return Optional.of(segment);
        }
        ByteBuffer bytes = ByteBuffer.allocate(segment.length());
        for (int i = 0; i < segment.length(); i++) {
            if (segment.charAt(i) == '%') {
                bytes.put((byte) octetAt(segment, i));
                i += 2;
            } else {
                bytes.put((byte) segment.charAt(i));
            }
        }
        try {
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The octet that {@code %XX} at {@code index} stands for; -1 if there are not two hex digits. */
    private static int octetAt(String text, int index) {
        if (index + 2 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(index + 1), 16);
        int low = Character.digit(text.charAt(index + 2), 16);
        return high < 0 || low < 0 ? -1 : 16 * high + low;
    }

    private static boolean isUnreserved(char character) {
        return character < 0x80 && (Character.isLetterOrDigit(character) || NEVER_ENCODED.indexOf(character) >= 0);
    }

    private static char hexDigit(int value) {
        return Character.toUpperCase(Character.forDigit(value, 16));
    }

    private static boolean isPlainAscii(String target) {
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c <= 0x20 || c >= 0x7F || c == '\\' || c == '#' || c == '"' || c == '<' || c == '>') {
                return false;
            }
        }
        return !target.isEmpty();
    }
}
