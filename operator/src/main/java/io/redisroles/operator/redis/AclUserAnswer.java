package io.redisroles.operator.redis;

import java.util.List;

/** The answer to {@code ACL GETUSER}: names and values in turn. */
final class AclUserAnswer {
    private AclUserAnswer() {}

    /** The list called {@code name}; empty if the answer has none. */
    static List<String> list(List<Object> user, String name) {
        int at = user.indexOf(name);
        return at >= 0 && at + 1 < user.size() && user.get(at + 1) instanceof List<?> values
                ? values.stream().map(String::valueOf).toList()
                : List.of();
    }
}
