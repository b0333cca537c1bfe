package io.redisroles.bench.scale;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** The roles, made and watched as their users would. */
final class Fleet implements AutoCloseable {
    private static final String ROLE = """
            apiVersion: redisroles.io/v1alpha1
            kind: RedisRole
            metadata: {name: %s, namespace: %s}
            spec:
              role: gateway
              memory: {maxMemory: %sMi, containerLimit: 256Mi}
              consumers: [{name: app, keys: ["app:*"]}]
            """;
    private static final List<ConditionType> APPLIED =
            List.of(ConditionType.READY, ConditionType.CONFIG_APPLIED, ConditionType.ACL_APPLIED);
    private static final int MAX_MEMORY = 64;

    private final KubernetesClient client;
    private final List<RoleId> roles;
    private final Map<RoleId, RedisRole> latest = new ConcurrentHashMap<>();
    private final SharedIndexInformer<RedisRole> informer;

    Fleet(KubernetesClient client, int roles, int namespaces) {
        this.client = client;
        List<String> names = IntStream.range(0, namespaces)
                .mapToObj(i -> newNamespace(client))
                .toList();
        this.roles = IntStream.range(0, roles)
                .mapToObj(i -> new RoleId(names.get(i % namespaces), "role-" + i))
                .toList();
        this.informer = client.resources(RedisRole.class).inAnyNamespace().inform(new Latest());
    }

    List<RoleId> roles() {
        return roles;
    }

    List<String> namespaces() {
        return roles.stream().map(RoleId::namespace).distinct().sorted().toList();
    }

    void create() {
        roles.forEach(role -> apply(role, MAX_MEMORY));
    }

    /** Asks for another {@code maxmemory}; returns the generation that asks for it. */
    long apply(RoleId role, int mebibytes) {
        RedisRole wish = client.getKubernetesSerialization()
                .unmarshal(ROLE.formatted(role.name(), role.namespace(), mebibytes), RedisRole.class);
        return client.resource(wish)
                .forceConflicts()
                .serverSideApply()
                .getMetadata()
                .getGeneration();
    }

    /** Whether the role's status says that everything up to this generation is applied. */
    boolean isApplied(RoleId role, long generation) {
        return Optional.ofNullable(latest.get(role))
                .map(RedisRole::getStatus)
                .filter(status -> Objects.requireNonNullElse(status.observedGeneration(), 0L) >= generation)
                .filter(status -> APPLIED.stream().allMatch(type -> isTrue(status.conditions(), type, generation)))
                .isPresent();
    }

    /** Roles whose status does not yet say that all is applied. */
    List<RoleId> unsettled() {
        return roles.stream().filter(role -> !isSettled(role)).toList();
    }

    /** What the first roles say that are not settled. */
    String describe() {
        List<String> lines = new ArrayList<>();
        unsettled().stream()
                .limit(3)
                .forEach(role -> lines.add(role + ": "
                        + Optional.ofNullable(latest.get(role))
                                .map(RedisRole::getStatus)
                                .map(Object::toString)
                                .orElse("no status")));
        return unsettled().size() + " roles, for example " + String.join("\n", lines);
    }

    @Override
    public void close() {
        informer.close();
    }

    private boolean isSettled(RoleId role) {
        return Optional.ofNullable(latest.get(role))
                .filter(known -> isApplied(role, known.getMetadata().getGeneration()))
                .isPresent();
    }

    private static boolean isTrue(List<Condition> conditions, ConditionType type, long generation) {
        return Conditions.find(conditions, type)
                .filter(condition -> condition.status().equals("True"))
                .filter(condition ->
                        Objects.requireNonNullElse(condition.observedGeneration(), generation) >= generation)
                .isPresent();
    }

    private static String newNamespace(KubernetesClient client) {
        Namespace namespace = new NamespaceBuilder()
                .withNewMetadata()
                .withGenerateName("scale-")
                .endMetadata()
                .build();
        return client.resource(namespace).create().getMetadata().getName();
    }

    private final class Latest implements ResourceEventHandler<RedisRole> {
        @Override
        public void onAdd(RedisRole role) {
            latest.put(id(role), role);
        }

        @Override
        public void onUpdate(RedisRole before, RedisRole now) {
            latest.put(id(now), now);
        }

        @Override
        public void onDelete(RedisRole role, boolean stateUnknown) {
            latest.remove(id(role));
        }
    }

    private static RoleId id(HasMetadata role) {
        return new RoleId(role.getMetadata().getNamespace(), role.getMetadata().getName());
    }
}
