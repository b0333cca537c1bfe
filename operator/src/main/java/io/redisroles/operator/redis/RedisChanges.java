package io.redisroles.operator.redis;

import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.RedisUser;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.DirectiveText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What to tell a running server so that it has what is wished. Pure.
 *
 * @param list in the order in which it is carried out
 * @param drift what somebody changed: the server had been proved to have what is wished and no longer has it
 */
record RedisChanges(List<RedisChange> list, List<String> drift) {
    RedisChanges {
        list = List.copyOf(list);
        drift = List.copyOf(drift);
    }

    /**
     * The difference.
     *
     * @param proved whether this server has been read back as wished before
     */
    static RedisChanges between(LiveSettings wished, ServerState seen, KnownRights known, boolean proved) {
        SortedMap<String, String> directives = differing(wished, seen);
        List<RedisUser> users = wished.users().stream()
                .filter(user -> !has(seen, user, known))
                .sorted(Comparator.comparing(user -> user.name().equals(AclUser.OPERATOR)))
                .toList();
        Set<String> gone = gone(wished, seen);
        List<RedisChange> list = new ArrayList<>();
        if (!directives.isEmpty()) {
            list.add(configSet(directives));
        }
        Set<String> unnoted = users.stream().map(RedisUser::name).collect(Collectors.toCollection(TreeSet::new));
        unnoted.removeAll(seen.ours());
        if (!unnoted.isEmpty()) {
            list.add(note(unnoted));
        }
        users.forEach(user -> list.add(setUser(RedisChange.Kind.USER, user)));
        gone.forEach(
                user -> list.add(new RedisChange(RedisChange.Kind.DELETION, user, List.of("ACL", "DELUSER", user))));
        list.addAll(logouts(wished, seen));
        RedisUser bookkeeping = wished.bookkeeping();
        if (concernsUsers(list) || !has(seen, bookkeeping, known)) {
            list.add(setUser(RedisChange.Kind.REVISION, bookkeeping));
        }
        return new RedisChanges(list, proved ? drift(directives.keySet(), users, gone, seen) : List.of());
    }

    /** Several directives in one command are all set or none is. */
    static RedisChange configSet(Map<String, String> directives) {
        List<String> command = new ArrayList<>(List.of("CONFIG", "SET"));
        directives.forEach((directive, value) -> command.addAll(List.of(directive, value)));
        return new RedisChange(RedisChange.Kind.CONFIG, String.join(",", directives.keySet()), command);
    }

    /** The directives that are not as wished, with the wished values; none that the server does not know. */
    static SortedMap<String, String> differing(LiveSettings wished, ServerState seen) {
        SortedMap<String, String> differing = new TreeMap<>(wished.directives());
        differing.entrySet().removeIf(directive -> {
            String actual = seen.config().get(directive.getKey());
            return actual != null && DirectiveText.same(directive.getKey(), directive.getValue(), actual);
        });
        return differing;
    }

    /** Whether the server has {@code user} exactly as wished, as far as anybody can tell. */
    static boolean has(ServerState seen, RedisUser user, KnownRights known) {
        return seen.user(user.name())
                .filter(line -> line.login().equals(Set.copyOf(user.login())))
                .filter(line ->
                        known.of(user.rights()).filter(line.rights()::equals).isPresent())
                .isPresent();
    }

    private static Set<String> gone(LiveSettings wished, ServerState seen) {
        Set<String> gone = new TreeSet<>(seen.ours());
        gone.retainAll(seen.users().keySet());
        wished.users().forEach(user -> gone.remove(user.name()));
        gone.remove(AclUser.REVISION);
        gone.remove(AclUser.DEFAULT);
        return gone;
    }

    private static RedisChange note(Set<String> names) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", AclUser.REVISION));
        names.forEach(name -> command.add("~" + name));
        return new RedisChange(RedisChange.Kind.NOTE, AclUser.REVISION, command);
    }

    private static RedisChange setUser(RedisChange.Kind kind, RedisUser user) {
        List<String> command = new ArrayList<>(List.of("ACL", "SETUSER", user.name()));
        command.addAll(user.rules());
        return new RedisChange(kind, user.name(), command);
    }

    /** A server without the mark of the last end of logins still has logins of before. */
    private static List<RedisChange> logouts(LiveSettings wished, ServerState seen) {
        Set<String> mark = wished.bookkeeping().rights().stream()
                .filter(right -> right.startsWith("&"))
                .map(right -> right.substring(1))
                .collect(Collectors.toSet());
        if (seen.endedLogins().containsAll(mark)) {
            return List.of();
        }
        return wished.users().stream()
                .filter(user -> user.login().stream().anyMatch(word -> word.startsWith("#")))
                .map(user -> new RedisChange(
                        RedisChange.Kind.LOGOUT, user.name(), List.of("CLIENT", "KILL", "USER", user.name())))
                .toList();
    }

    private static boolean concernsUsers(List<RedisChange> list) {
        return list.stream().anyMatch(change -> change.kind() != RedisChange.Kind.CONFIG);
    }

    private static List<String> drift(
            Set<String> directives, List<RedisUser> users, Set<String> gone, ServerState seen) {
        List<String> drift = new ArrayList<>();
        directives.forEach(
                directive -> drift.add(directive + " was " + seen.config().getOrDefault(directive, "(absent)")));
        users.forEach(user -> drift.add(
                "user " + user.name() + (seen.user(user.name()).isPresent() ? " was changed" : " was deleted")));
        gone.forEach(user -> drift.add("user " + user + " was made under a name of ours"));
        return drift;
    }
}
