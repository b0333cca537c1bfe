package io.redisroles.operator.plan;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The values of directives as redis.conf writes them and as a running server tells them: {@code 64mb} and {@code 67108864}. */
public final class DirectiveText {
    private static final Pattern SIZE = Pattern.compile("(-?[0-9]{1,18})(b|kb?|mb?|gb?)?");
    private static final Map<String, Long> UNITS = Map.of(
            "b", 1L, "k", 1000L, "kb", Bytes.KI, "m", 1_000_000L, "mb", Bytes.MI, "g", 1_000_000_000L, "gb", Bytes.GI);
    /** What {@code A} of notify-keyspace-events stands for. */
    private static final String ALL_EVENTS = "g$lshzxetd";

    /** The classes of clients with Redis' own limits, in the order in which it tells them. */
    private static final Map<String, String> BUFFER_LIMITS =
            Map.of("normal", "0 0 0", "slave", "268435456 67108864 60", "pubsub", "33554432 8388608 60");

    private DirectiveText() {}

    /** Whether two texts mean the same value of {@code directive}. */
    public static boolean same(String directive, String one, String other) {
        return meaning(directive, one).equals(meaning(directive, other));
    }

    /** A value without the quotes of redis.conf, as {@code CONFIG SET} takes it. */
    public static String unquoted(String value) {
        return value.equals("\"\"") ? "" : value;
    }

    private static String meaning(String directive, String value) {
        String text = unquoted(value);
        return switch (directive) {
            case "client-output-buffer-limit" -> bufferLimits(text);
            case "notify-keyspace-events" -> events(text);
            default -> size(text).map(String::valueOf).orElse(text.toLowerCase(Locale.ROOT));
        };
    }

    private static Optional<Long> size(String text) {
        // No share is told as no bytes.
        Matcher matcher = SIZE.matcher(text.equals("0%") ? "0" : text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String unit = Optional.ofNullable(matcher.group(2)).orElse("b");
        return Optional.of(Long.parseLong(matcher.group(1)) * UNITS.getOrDefault(unit, 1L));
    }

    /** Classes that are not mentioned have Redis' own limits. */
    private static String bufferLimits(String text) {
        Map<String, String> limits = new TreeMap<>(BUFFER_LIMITS);
        String[] words = text.split(" +", -1);
        for (int at = 0; at + 3 < words.length; at += 4) {
            limits.put(
                    words[at].equals("replica") ? "slave" : words[at],
                    meaning("", words[at + 1]) + " " + meaning("", words[at + 2]) + " " + words[at + 3]);
        }
        return limits.toString();
    }

    private static String events(String text) {
        StringBuilder letters = new StringBuilder();
        // Redis 7.0 does not tell n beside A.
        boolean all = text.contains("A") || ALL_EVENTS.chars().allMatch(letter -> text.indexOf(letter) >= 0);
        String spelt = all ? text.replace("A", ALL_EVENTS).replace("n", "") : text;
        spelt.chars().sorted().distinct().forEach(letter -> letters.append((char) letter));
        return letters.toString();
    }

    /** The value with every class, so that nothing of before remains. */
    static String allBufferLimits(String text) {
        Map<String, String> limits = new TreeMap<>(BUFFER_LIMITS);
        String[] words = unquoted(text).split(" +", -1);
        for (int at = 0; at + 3 < words.length; at += 4) {
            limits.put(
                    words[at].equals("replica") ? "slave" : words[at],
                    words[at + 1] + " " + words[at + 2] + " " + words[at + 3]);
        }
        StringBuilder all = new StringBuilder();
        limits.forEach((name, limit) -> all.append(all.length() == 0 ? "" : " ")
                .append(name)
                .append(' ')
                .append(limit));
        return all.toString();
    }
}
