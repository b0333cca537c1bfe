package io.redisroles.cli;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.AccessPolicyStatus;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.cli.screen.Age;
import io.redisroles.cli.screen.TextTable;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Resources as {@code kubectl get} prints them, with the columns of the CRDs, and after these some more.
 *
 * @param clock tells how old they are
 */
record ResourceTables(InstantSource clock) {
    /** A line for each role, header first. */
    List<String> roles(List<RedisRole> roles) {
        TextTable table = new TextTable("NAME", "ROLE", "ENDPOINT", "MEMORY", "POLICY", "READY", "AGE", "UNHEALTHY");
        for (RedisRole role : roles) {
            RedisRoleStatus status = role.getStatus();
            Optional<RedisRoleStatus.Memory> memory = Optional.ofNullable(status.memory());
            table.row(
                    role.getMetadata().getName(),
                    role.getSpec().role().jsonName(),
                    Optional.ofNullable(status.endpoint()).orElse(""),
                    memory.map(RedisRoleStatus.Memory::usage).orElse(""),
                    memory.map(RedisRoleStatus.Memory::evictionPolicy).orElse(""),
                    condition(status.conditions(), "Ready"),
                    age(role),
                    unhealthy(status.conditions()));
        }
        return table.lines();
    }

    /** A line for each policy, header first. */
    List<String> policies(List<AccessPolicy> policies) {
        TextTable table = new TextTable(
                "NAME", "ACCEPTED", "PROGRAMMED", "ENFORCED", "SIDECARS", "AGE", "STOREREACHABLE", "LIMITSDURABLE");
        for (AccessPolicy policy : policies) {
            AccessPolicyStatus status = policy.getStatus();
            table.row(
                    policy.getMetadata().getName(),
                    condition(status.conditions(), "Accepted"),
                    condition(status.conditions(), "Programmed"),
                    condition(status.conditions(), "Enforced"),
                    Optional.ofNullable(status.sidecars())
                            .map(sidecars -> String.valueOf(sidecars.total()))
                            .orElse(""),
                    age(policy),
                    condition(status.conditions(), "StoreReachable"),
                    condition(status.conditions(), "LimitsDurable"));
        }
        return table.lines();
    }

    private String age(HasMetadata resource) {
        return Optional.ofNullable(resource.getMetadata().getCreationTimestamp())
                .map(created -> new Age(Duration.between(Instant.parse(created), clock.instant())).inWords())
                .orElse("");
    }

    private static String condition(List<Condition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type))
                .map(Condition::status)
                .findFirst()
                .orElse("");
    }

    /** The conditions that somebody should look at, with their reasons. */
    private static String unhealthy(List<Condition> conditions) {
        List<String> bad = conditions.stream()
                .filter(condition ->
                        !List.of("Ready", "Progressing", "NameConflict").contains(condition.type()))
                .filter(condition -> condition.status().equals("False"))
                .map(condition -> condition.type() + "/" + condition.reason())
                .toList();
        return String.join(",", bad);
    }
}
