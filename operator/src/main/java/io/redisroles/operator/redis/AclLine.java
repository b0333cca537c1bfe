package io.redisroles.operator.redis;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A user as {@code ACL LIST} tells it. How a server words rights is its own affair and differs between versions.
 *
 * @param name of the user
 * @param login {@code on} or {@code off}, {@code nopass}, and the digests of passwords after a #
 * @param rights all else
 */
record AclLine(String name, Set<String> login, String rights) {
    private static final Predicate<String> LOGIN =
            Pattern.compile("on|off|nopass|#[0-9a-f]{64}").asMatchPredicate();
    /** About the check of payloads, not about who may log in. */
    private static final Set<String> FLAGS = Set.of("sanitize-payload", "skip-sanitize-payload");

    AclLine {
        login = Set.copyOf(login);
    }

    static AclLine of(String line) {
        List<String> words = List.of(line.split(" ", -1));
        int at = 2;
        while (at < words.size() && (LOGIN.test(words.get(at)) || FLAGS.contains(words.get(at)))) {
            at++;
        }
        return new AclLine(
                words.get(1),
                words.subList(2, at).stream().filter(LOGIN).collect(Collectors.toSet()),
                String.join(" ", words.subList(at, words.size())));
    }
}
