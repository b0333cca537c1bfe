package io.redisroles.operator.plan;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * When passwords change by themselves. Roles that began together do not go on together: each is up to a tenth earlier than its
 * {@link #every} says, by a share of its own.
 *
 * @param every the longest life of a password
 * @param earlier how much shorter it is
 */
public record RotationSchedule(Duration every, Duration earlier) {
    /** Twice as long as former passwords are accepted, so that one rotation is through before the next. */
    public static final Duration SHORTEST = Duration.ofMinutes(20);

    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,6})([dhm])");
    private static final int SHARES = 1000;

    /** Reads {@code text}, for example 30d; what is wrong with it goes to {@code problems}. */
    static Optional<RotationSchedule> orProblem(String field, String text, String role, List<Problem> problems) {
        Matcher matcher = TEXT.matcher(String.valueOf(text));
        Optional<Duration> every = matcher.matches()
                ? Optional.of(of(Long.parseLong(matcher.group(1)), matcher.group(2)))
                        .filter(life -> life.compareTo(SHORTEST) >= 0)
                : Optional.empty();
        if (every.isEmpty()) {
            problems.add(
                    new Problem(field, "\"" + text + "\" is not a time of at least 20m (expected for example 30d)"));
        }
        return every.map(life -> new RotationSchedule(life, share(life.dividedBy(10), role)));
    }

    /** When the passwords that were made at {@code made} are to change. */
    public Instant due(Instant made) {
        return made.plus(every).minus(earlier);
    }

    private static Duration share(Duration whole, String role) {
        CRC32 sum = new CRC32();
        sum.update(role.getBytes(StandardCharsets.UTF_8));
        return whole.multipliedBy(sum.getValue() % SHARES).dividedBy(SHARES);
    }

    private static Duration of(long amount, String unit) {
        return switch (unit) {
            case "d" -> Duration.ofDays(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofMinutes(amount);
        };
    }
}
