package io.redisroles.contract;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them in resources and configuration: {@code 30m}, {@code 1h30m}, {@code 500ms}. */
public final class DurationText {
    /**
     * What a duration looks like in a resource. Narrower than what {@link #parse} reads: the rules of a CRD fail on more than
     * 292 years, and no text of this pattern reaches them.
     */
    public static final String PATTERN = "^([0-9]{1,5}h|[0-9]{1,7}m|[0-9]{1,9}(s|ms)){1,5}$";

    private static final Pattern WHOLE = Pattern.compile("([0-9]{1,9}(ms|s|m|h)){1,5}");
    private static final Pattern PART = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

    private DurationText() {}

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException if the text is not a sequence of numbers with the units ms, s, m or h
     */
    public static Duration parse(String text) {
        if (!WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a duration (expected for example 500ms, 30s, 15m, 1h30m)");
        }
        Duration sum = Duration.ZERO;
        for (Matcher part = PART.matcher(text); part.find(); ) {
            sum = sum.plus(of(Long.parseLong(part.group(1)), part.group(2)));
        }
        return sum;
    }

    /**
     * Writes a duration so that {@link #parse} reads the same one back, from 0 to 999,999,999 hours; what is below a
     * millisecond is dropped.
     */
    public static String format(Duration duration) {
        StringBuilder text = new StringBuilder();
        append(text, duration.toHours(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long amount, String unit) {
        if (amount != 0) {
            text.append(amount).append(unit);
        }
    }

    private static Duration of(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> throw new IllegalStateException(unit);
        };
    }
}
