package io.redisroles.operator.redis;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How one server words the rights that it was given, learnt by giving them and reading them back. A server that is seen for the
 * first time is therefore given its users once. Safe for all threads.
 */
final class KnownRights {
    private final Map<List<String>, String> words = new ConcurrentHashMap<>();

    Optional<String> of(List<String> rights) {
        return Optional.ofNullable(words.get(rights));
    }

    void learn(List<String> rights, String told) {
        words.put(rights, told);
    }
}
