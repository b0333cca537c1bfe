package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RedisBinding;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.desired.Rotation;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.RolePlan;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What people ask of a role's passwords: by annotation, or by editing or deleting a Secret that has one.
 *
 * @param role with its annotations
 * @param plan of it
 * @param secrets finds the children of a role that are ours
 */
record PasswordWishes(RedisRole role, RolePlan plan, ResourceApplier secrets) {
    /** The Secret that keeps the passwords. */
    Optional<Secret> kept() {
        return secrets.ours(named(plan.names().credentialsSecret()));
    }

    /** What consumers use by their bindings: all that is left of the passwords after the credentials Secret was deleted. */
    Map<String, Password> inUse() {
        Map<String, Password> inUse = new TreeMap<>();
        for (ConsumerPlan consumer : plan.consumers()) {
            binding(consumer)
                    .flatMap(RedisBinding::password)
                    .ifPresent(password -> inUse.put(consumer.name(), password));
        }
        return inUse;
    }

    /**
     * The request.
     *
     * @param credentials as the Secret has them
     * @param known whether the Secret has a password of a user: one that was made just now has no binding yet
     * @param loaded whether the running server has proved them
     */
    Rotation.Request request(RoleCredentials credentials, Predicate<String> known, boolean loaded, boolean created) {
        Set<String> users = plan.consumers().stream()
                .filter(consumer -> known.test(consumer.name()))
                .filter(consumer -> isEditedOrDeleted(consumer, credentials))
                .map(ConsumerPlan::name)
                .collect(Collectors.toSet());
        return new Rotation.Request(
                annotation(Labels.ROTATE),
                annotation(Labels.ROTATE_NOW),
                annotation(Labels.ROTATE_IDENTIFIERS),
                plan.longestMemory(),
                users,
                loaded,
                created,
                plan.rotation());
    }

    private boolean isEditedOrDeleted(ConsumerPlan consumer, RoleCredentials credentials) {
        Secret wish = named(plan.names().bindingSecret(consumer.name()));
        if (!secrets.exists(wish)) {
            return true;
        }
        return binding(consumer)
                .filter(secret -> RedisBinding.password(secret)
                        .filter(password -> credentials.knows(consumer.name(), password))
                        .isEmpty())
                .isPresent();
    }

    private Optional<Secret> binding(ConsumerPlan consumer) {
        return secrets.ours(named(plan.names().bindingSecret(consumer.name())));
    }

    private String annotation(String name) {
        return Optional.ofNullable(role.getMetadata().getAnnotations())
                .map((Map<String, String> annotations) -> annotations.get(name))
                .orElse("");
    }

    private Secret named(String name) {
        return new SecretBuilder()
                .withNewMetadata()
                .withNamespace(plan.namespace())
                .withName(name)
                .endMetadata()
                .build();
    }
}
