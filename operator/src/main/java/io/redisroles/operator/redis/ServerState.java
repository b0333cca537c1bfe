package io.redisroles.operator.redis;

import io.redisroles.operator.plan.AclUser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a running server has, of all that can be changed without a restart.
 *
 * @param users by name, as {@code ACL LIST} tells them
 * @param config directives as {@code CONFIG GET} tells them
 */
record ServerState(Map<String, AclLine> users, Map<String, String> config) {
    ServerState {
        users = Map.copyOf(users);
        config = Map.copyOf(config);
    }

    static ServerState of(List<String> aclList, Map<String, String> config) {
        Map<String, AclLine> users = new HashMap<>();
        aclList.stream().map(AclLine::of).forEach(line -> users.put(line.name(), line));
        return new ServerState(users, config);
    }

    Optional<AclLine> user(String name) {
        return Optional.ofNullable(users.get(name));
    }

    /** The digest that was written when all users were as wished; empty if none was. */
    String revision() {
        return user(AclUser.REVISION)
                .flatMap(line -> line.login().stream()
                        .filter(word -> word.startsWith("#"))
                        .findFirst())
                .map(word -> word.substring(1))
                .orElse("");
    }

    /** The users that we made, by the names that the bookkeeping user carries and by the names that are always ours. */
    Set<String> ours() {
        Set<String> ours = words("~");
        users.keySet().stream().filter(name -> name.startsWith("_")).forEach(ours::add);
        return ours;
    }

    /** The last end of all logins that was carried out, as the bookkeeping user carries it. */
    Set<String> endedLogins() {
        return words("&");
    }

    private Set<String> words(String sign) {
        return user(AclUser.REVISION).map(line -> List.of(line.rights().split(" ", -1))).orElse(List.of()).stream()
                .filter(word -> word.startsWith(sign))
                .map(word -> word.substring(1))
                .collect(Collectors.toSet());
    }
}
