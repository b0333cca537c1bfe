package io.redisroles.operator.desired;

import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a running Redis must have, of all that can be changed without a restart.
 *
 * @param users ours, the default user among them
 * @param directives by name, as {@code CONFIG SET} takes them
 * @param sparing whether a server that uses more than the wished {@code maxmemory} keeps the one that it has
 * @param endLogins changes when every login of before must end; empty if that was never asked for
 */
public record LiveSettings(List<RedisUser> users, Map<String, String> directives, boolean sparing, String endLogins) {
    private static final String MAX_MEMORY = "maxmemory";

    public LiveSettings {
        users = List.copyOf(users);
        directives = Collections.unmodifiableMap(new TreeMap<>(directives));
    }

    /** What a plan and its credentials want of a server that has loaded its data. */
    public static LiveSettings of(RolePlan plan, RoleCredentials credentials) {
        Map<String, String> live = new TreeMap<>();
        plan.directives().forEach((directive, value) -> {
            if (RedisDirectives.isLive(directive)) {
                live.put(directive, RedisDirectives.liveValue(directive, value));
            }
        });
        return new LiveSettings(
                AclFile.users(plan, credentials, AclFile.Form.RUNNING), live, false, credentials.endedLogins());
    }

    /** The same with another {@code maxmemory}, bytes. */
    public LiveSettings withMaxMemory(long bytes, boolean sparing) {
        Map<String, String> other = new TreeMap<>(directives);
        other.put(MAX_MEMORY, String.valueOf(bytes));
        return new LiveSettings(users, other, sparing, endLogins);
    }

    /** What a server must have that uses so many bytes at this moment. */
    public LiveSettings whileUsing(long bytes) {
        Map<String, String> rest = new TreeMap<>(directives);
        boolean spares = sparing && bytes > Long.parseLong(directives.getOrDefault(MAX_MEMORY, "0"));
        if (spares) {
            rest.remove(MAX_MEMORY);
        }
        return new LiveSettings(users, rest, sparing, endLogins);
    }

    /**
     * The digest that the user {@code _revision} carries as its password hash. It is written after all others, so a server that
     * has it has been given exactly these users.
     */
    public String revision() {
        StringBuilder text = new StringBuilder();
        users.forEach(user -> text.append(user.line()));
        return Digest.sha256(text + endLogins);
    }

    /**
     * Carries the digest, and as key patterns the names of the users that are ours: what is no longer wished and stands there
     * is deleted, and somebody else's users are not.
     */
    public RedisUser bookkeeping() {
        List<String> rights = new ArrayList<>();
        users.stream().map(user -> "~" + user.name()).forEach(rights::add);
        if (!endLogins.isEmpty()) {
            rights.add("&" + Digest.sha256(endLogins));
        }
        rights.add("-@all");
        return new RedisUser(AclUser.REVISION, List.of("off", "#" + revision()), rights);
    }
}
