package io.redisroles.operator.desired;

import io.redisroles.operator.plan.RotationSchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * How passwords change without a failed login, and the secret of identifiers without a lost count. A next password is first
 * accepted beside the current one; once the running server has proved it, it becomes the one that consumers are told; the one
 * before is accepted for {@link #OVERLAP} more, which is more than a kubelet needs to refresh a mounted Secret. Nothing but the
 * credentials is remembered.
 */
public final class Rotation {
    /** How long a password outlives its successor's publication. */
    public static final Duration OVERLAP = Duration.ofMinutes(10);

    private Rotation() {}

    /**
     * What is asked of a role's passwords.
     *
     * @param rotate the value of the annotation that asks for a rotation, empty if absent; a new value is a new request
     * @param endLogins as {@code rotate}, at once and with an end of all logins
     * @param identifiers as {@code rotate}, for the secret behind hashed identifiers
     * @param memory for how long at most a counter of the role remembers
     * @param users whose binding somebody edited or deleted: they are rotated alone
     * @param loaded whether the running server has proved the credentials as they are
     * @param created whether the credentials were made just now: requests of before are met
     * @param schedule by which they rotate unasked; empty if they do not
     */
    public record Request(
            String rotate,
            String endLogins,
            String identifiers,
            Duration memory,
            Set<String> users,
            boolean loaded,
            boolean created,
            Optional<RotationSchedule> schedule) {
        public Request {
            users = Set.copyOf(users);
        }
    }

    /** The credentials after {@code request}. */
    public static RoleCredentials next(
            RoleCredentials credentials, Request request, Supplier<Password> random, Instant now) {
        Instant until = now.plus(OVERLAP).truncatedTo(ChronoUnit.SECONDS);
        boolean asked = !request.rotate().isEmpty() && !request.rotate().equals(credentials.rotation());
        boolean ending = !request.endLogins().isEmpty() && !request.endLogins().equals(credentials.endedLogins());
        boolean scheduled = isDue(credentials, request.schedule(), now);
        boolean rotates = (asked || scheduled) && !request.created();
        boolean ends = ending && !request.created();
        SortedMap<String, UserPasswords> byUser = new TreeMap<>();
        credentials.byUser().forEach((user, before) -> {
            UserPasswords passwords = before.edited(until);
            passwords = request.loaded() && passwords.equals(before) ? passwords.turned(until) : passwords;
            passwords = passwords.withoutExpired(now);
            if (ends) {
                passwords = passwords.replaced(random.get());
            } else if (rotates || request.users().contains(user)) {
                passwords = passwords.announcing(random);
            }
            byUser.put(user, passwords);
        });
        return new RoleCredentials(
                byUser,
                credentials.identifiers().next(request.identifiers(), request.created(), request.memory(), random, now),
                asked ? request.rotate() : credentials.rotation(),
                ending ? request.endLogins() : credentials.endedLogins(),
                rotates || ends ? Optional.of(now.truncatedTo(ChronoUnit.SECONDS)) : made(credentials, request, now));
    }

    /** When passwords change by themselves next; empty if they do not. */
    public static Optional<Instant> nextDue(RoleCredentials credentials, Optional<RotationSchedule> schedule) {
        return schedule.flatMap(known -> credentials.made().map(known::due))
                .map(due -> due.truncatedTo(ChronoUnit.SECONDS));
    }

    private static boolean isDue(RoleCredentials credentials, Optional<RotationSchedule> schedule, Instant now) {
        return nextDue(credentials, schedule).filter(due -> !due.isAfter(now)).isPresent();
    }

    /** Of passwords whose age nobody noted the schedule counts from now; without a schedule nothing is noted. */
    private static Optional<Instant> made(RoleCredentials credentials, Request request, Instant now) {
        return request.schedule().isEmpty() || credentials.made().isPresent()
                ? credentials.made()
                : Optional.of(now.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Whether a next password waits for the running server to prove it. */
    public static boolean isUnderWay(RoleCredentials credentials) {
        return credentials.byUser().values().stream()
                .anyMatch(passwords -> passwords.next().isPresent());
    }

    /** When the next former password, or the former secret of identifiers, ends; empty if none is left. */
    public static Optional<Instant> nextEnd(RoleCredentials credentials) {
        return Stream.concat(
                        credentials.byUser().values().stream()
                                .flatMap(passwords -> passwords.former().stream())
                                .map(UserPasswords.Former::until),
                        credentials.identifiers().former().map(IdentifierSecret.Former::until).stream())
                .min(Instant::compareTo);
    }
}
