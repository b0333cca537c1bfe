package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import io.redisroles.api.v1alpha1.Fsync;
import io.redisroles.api.v1alpha1.ReclaimPolicy;
import io.redisroles.api.v1alpha1.RedisRoleSpec;
import io.redisroles.api.v1alpha1.RoleKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
        Quantity cpu) {

    /** Redis listens here in the container, whatever the Service's port is. */
    public static final int CONTAINER_PORT = 6379;

    /** The volume of the append-only file. */
    public record Storage(long size, Optional<String> storageClassName, ReclaimPolicy reclaimPolicy) {}

    /** Where clients connect. */
    public record ServicePort(String name, int port) {}

    /** The Service's DNS name within the cluster. */
    public String host() {
        return service.name() + "." + namespace + ".svc";
    }

    /** The names of the users that have a password of their own. */
    public Stream<String> usersWithPassword() {
        return users.stream()
                .filter(user -> user.login() == AclUser.Login.PASSWORD)
                .map(AclUser::name);
    }
}
