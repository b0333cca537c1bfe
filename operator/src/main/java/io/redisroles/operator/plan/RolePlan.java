package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.redisroles.api.v1alpha1.Fsync;
import io.redisroles.api.v1alpha1.ReclaimPolicy;
import io.redisroles.api.v1alpha1.RedisRoleSpec;
import io.redisroles.api.v1alpha1.RoleKind;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All that is decided about a role, with nothing left to default.
 *
 * @param namespace of the RedisRole
 * @param uid of the RedisRole, for owner references
 * @param names of its children
 * @param role what it is for
 * @param image of the container
 * @param memory of Redis and its container
 * @param fsync when acknowledged writes reach the disk
 * @param storage the volume
 * @param service where clients connect
 * @param directives redis.conf, in file order
 * @param consumers workloads with a binding
 * @param grants policies with access
 * @param users all ACL users, in file order
 * @param scheduling where the pod may run
 * @param pod what is added to it
 * @param cpu the container's CPU request
 * @param tls how connections are encrypted; empty if they are not
 * @param rotation when passwords change by themselves; empty if they do not
 */
public record RolePlan(
        String namespace,
        String uid,
        RoleNames names,
        RoleKind role,
        String image,
        MemoryPlan memory,
        Fsync fsync,
        Storage storage,
        ServicePort service,
        Map<String, String> directives,
        List<ConsumerPlan> consumers,
        List<PolicyGrant> grants,
        List<AclUser> users,
        RedisRoleSpec.Scheduling scheduling,
        RedisRoleSpec.Pod pod,
        Quantity cpu,
        Optional<TlsPlan> tls,
        Optional<RotationSchedule> rotation) {

    /** Redis listens here in the container, whatever the Service's port is. */
    public static final int CONTAINER_PORT = 6379;

    /** The volume of the append-only file. */
    public record Storage(long size, Optional<String> storageClassName, ReclaimPolicy reclaimPolicy) {}

    /** Where clients connect. */
    public record ServicePort(String name, int port) {}

    /** For how long at most a counter that a policy keeps here remembers. */
    public Duration longestMemory() {
        return grants.stream()
                .map(PolicyGrant::longestMemory)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** The Service's DNS name within the cluster. */
    public String host() {
        return service.name() + "." + namespace + ".svc";
    }

    /** The same plan with the defaults of directives that redis.conf once had, {@code before}, and that are wished no more. */
    public RolePlan takingBack(Set<String> before) {
        Map<String, String> all = new LinkedHashMap<>(directives);
        RedisDirectives.defaults(before).forEach(all::putIfAbsent);
        return with(memory, all);
    }

    /** The same plan with other memory. */
    public RolePlan withMemory(MemoryPlan other) {
        Map<String, String> all = new LinkedHashMap<>(directives);
        all.put("maxmemory", String.valueOf(other.maxMemory()));
        all.replace("auto-aof-rewrite-min-size", memory.rewriteMinSize(), other.rewriteMinSize());
        return with(other, all);
    }

    /** The same plan, in which Redis asks its clients for no certificate yet. */
    public RolePlan withoutAskingClients() {
        Map<String, String> all = new LinkedHashMap<>(directives);
        all.replace(RedisDirectives.ASKS_CLIENTS, "no");
        return with(memory, all);
    }

    /** The same plan with another image. */
    public RolePlan withImage(String other) {
        return with(other, memory, directives, users);
    }

    /** The same plan, in which no client may write. */
    public RolePlan withoutWrites() {
        List<AclUser> reading = users.stream()
                .map(user -> user.isClient() ? user.withoutWrites() : user)
                .toList();
        return with(image, memory, directives, reading);
    }

    private RolePlan with(MemoryPlan otherMemory, Map<String, String> otherDirectives) {
        return with(image, otherMemory, otherDirectives, users);
    }

    private RolePlan with(
            String otherImage, MemoryPlan otherMemory, Map<String, String> otherDirectives, List<AclUser> otherUsers) {
        return new RolePlan(
                namespace,
                uid,
                names,
                role,
                otherImage,
                otherMemory,
                fsync,
                storage,
                service,
                Collections.unmodifiableMap(otherDirectives),
                consumers,
                grants,
                otherUsers,
                scheduling,
                pod,
                cpu,
                tls,
                rotation);
    }

    /** The names of the users that have a password of their own. */
    public Stream<String> usersWithPassword() {
        return users.stream()
                .filter(user -> user.login() == AclUser.Login.PASSWORD)
                .map(AclUser::name);
    }
}
