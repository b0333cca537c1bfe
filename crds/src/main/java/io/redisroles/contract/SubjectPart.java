package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One part of who a limit counts; a limit counts each combination of its parts on its own. The order is that of keys: the
 * first part present is the principal.
 *
 * @param kind what is looked at
 * @param header the field's name in lower case; empty unless the kind is a header
 */
public record SubjectPart(Kind kind, String header) implements Comparable<SubjectPart> {
    public static final SubjectPart USER = new SubjectPart(Kind.USER, "");
    public static final SubjectPart SESSION = new SubjectPart(Kind.SESSION, "");
    public static final SubjectPart API_KEY = new SubjectPart(Kind.API_KEY, "");
    public static final SubjectPart IP = new SubjectPart(Kind.IP, "");
    public static final SubjectPart RULE = new SubjectPart(Kind.RULE, "");
    public static final SubjectPart PATH = new SubjectPart(Kind.PATH, "");
    public static final SubjectPart METHOD = new SubjectPart(Kind.METHOD, "");

    /** How a part is written: a kind, or {@code header:} and a field name (RFC 9110 §5.1). */
    public static final String PATTERN =
            "^(user|session|apiKey|ip|rule|path|method|header:[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})$";

    private static final String HEADER_PREFIX = "header:";
    private static final Pattern SYNTAX = Pattern.compile(PATTERN);
    private static final Comparator<SubjectPart> ORDER =
            Comparator.comparing(SubjectPart::kind).thenComparing(SubjectPart::header);

    /** The kinds of parts; those before {@link #RULE} are principals. */
    public enum Kind {
        /** The session's user; the client's ip where an Optional session is absent. */
        USER("user"),
        /** The session itself; the client's ip where an Optional session is absent. */
        SESSION("session"),
        /** The API key; the client's ip where the request shows none. */
        API_KEY("apiKey"),
        /** The client's address; IPv6 by prefix. */
        IP("ip"),
        /** The rule that matched. */
        RULE("rule"),
        /** The pattern that matched, not the path itself. */
        PATH("path"),
        /** The request's method; HEAD counts as GET. */
        METHOD("method"),
        /** A request field; the empty value where it is absent. */
        HEADER("header");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** The name as it stands in configuration and in plain key names. */
        public String text() {
            return text;
        }
    }

    /** The value of the request field {@code name}. */
    public static SubjectPart header(String name) {
        return new SubjectPart(Kind.HEADER, name.toLowerCase(Locale.ROOT));
    }

    /**
     * Reads a part as {@link #toString} writes it.
     *
     * @throws IllegalArgumentException naming the text and what is expected
     */
    @JsonCreator
    public static SubjectPart parse(String text) {
        if (!SYNTAX.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" is nothing to count by (expected: user, session, apiKey, ip, rule, path, method or header:<name>)");
        }
        if (text.startsWith(HEADER_PREFIX)) {
            return header(text.substring(HEADER_PREFIX.length()));
        }
        for (Kind kind : Kind.values()) {
            if (kind.text.equals(text)) {
                return new SubjectPart(kind, "");
            }
        }
        throw new IllegalStateException(text);
    }

    /** Whether only a session can tell it. */
    public boolean needsSession() {
        return kind == Kind.USER || kind == Kind.SESSION;
    }

    /** Whether it says who asks, and not what is asked for. */
    public boolean isPrincipal() {
        return kind.compareTo(Kind.RULE) < 0;
    }

    @Override
    public int compareTo(SubjectPart other) {
        return ORDER.compare(this, other);
    }

    @JsonValue
    @Override
    public String toString() {
        return kind == Kind.HEADER ? HEADER_PREFIX + header : kind.text;
    }
}
