package io.redisroles.operator.plan;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the value of a redis.conf directive looks like. redis-server does not start with a value that it cannot read, so such
 * a value is refused before it gets there.
 *
 * @param accepted whether a value is one
 * @param expectation for people, for example {@code 1 to 500}
 */
record DirectiveValue(Predicate<String> accepted, String expectation) {
    private static final String NUMBER = "-?[0-9]{1,18}";
    private static final String SIZE = "[0-9]{1,9}(b|kb?|mb?|gb?)?";
    private static final String BUFFER_LIMIT = "(normal|replica|pubsub) " + SIZE + " " + SIZE + " [0-9]{1,9}";

    static DirectiveValue number(long smallest, long largest) {
        return new DirectiveValue(
                value -> value.matches(NUMBER) && Long.parseLong(value) >= smallest && Long.parseLong(value) <= largest,
                smallest + " to " + largest);
    }

    /** Bytes, with Redis' units: {@code 1k} is 1000, {@code 1kb} 1024. */
    static DirectiveValue size() {
        return pattern(SIZE, "a size such as 64mb");
    }

    /** As {@link #size}, at least a mebibyte. */
    static DirectiveValue mebibytes() {
        return pattern("[1-9][0-9]{0,5}[mg]b", "a size of 1mb or more, in mb or gb");
    }

    static DirectiveValue sizeOrPercent() {
        return pattern("(100|[0-9]{1,2})%|" + SIZE, "a percentage such as 10% or a size such as 64mb");
    }

    static DirectiveValue yesOrNo() {
        return oneOf("yes", "no");
    }

    static DirectiveValue oneOf(String... values) {
        return new DirectiveValue(List.of(values)::contains, String.join(" or ", values));
    }

    static DirectiveValue keyspaceEvents() {
        return pattern("(\"\")?|[AKEg$lshzxedtmn]{1,32}", "letters of KEg$lshzxedtmnA, or nothing");
    }

    static DirectiveValue bufferLimits() {
        return pattern(
                BUFFER_LIMIT + "( " + BUFFER_LIMIT + "){0,2}", "class hard soft seconds, such as pubsub 8mb 2mb 60");
    }

    private static DirectiveValue pattern(String pattern, String expectation) {
        Predicate<String> matches = Pattern.compile(pattern).asMatchPredicate();
        return new DirectiveValue(matches, expectation);
    }
}
