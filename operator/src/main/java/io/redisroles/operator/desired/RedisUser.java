package io.redisroles.operator.desired;

import java.util.List;
import java.util.stream.Stream;

/**
 * A user as Redis is told to have it.
 *
 * @param name of the user
 * @param login {@code on} or {@code off} and what it logs in with: {@code nopass} or the SHA-256 of each password after a #
 * @param rights key patterns, channels, commands and selectors, in Redis' ACL syntax and order
 */
public record RedisUser(String name, List<String> login, List<String> rights) {
    public RedisUser {
        login = List.copyOf(login);
        rights = List.copyOf(rights);
    }

    /** Its line of an ACL file. */
    String line() {
        return "user " + name + " " + String.join(" ", login) + " " + String.join(" ", rights) + "\n";
    }

    /** What {@code ACL SETUSER name} is given so that nothing of before remains. */
    public List<String> rules() {
        return Stream.of(Stream.of("reset"), login.stream(), rights.stream())
                .flatMap(part -> part)
                .toList();
    }
}
