package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.Samples;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What a spec that can be done becomes. */
class RolePlannerTest {
    @ParameterizedTest
    @CsvSource({
        "gateway, 256Mi, allkeys-lru, everysec, 6379, 448Mi, 2Gi, DELETE, 64mb",
        "socket, 512Mi, volatile-lru, everysec, 6380, 896Mi, 3Gi, DELETE, 128mb",
        "shared, 512Mi, allkeys-lru, everysec, 6381, 896Mi, 3Gi, DELETE, 128mb",
        "compliance, 256Mi, noeviction, always, 6382, 576Mi, 2Gi, RETAIN, 64mb",
        "crypto, 256Mi, noeviction, always, 6383, 576Mi, 2Gi, RETAIN, 64mb"
    })
    void aRoleNameStandsForItsPreset(
            String role,
            String maxMemory,
            String policy,
            String fsync,
            int port,
            String limit,
            String storage,
            String reclaim,
            String rewriteFloor) {
        // When
        RolePlan plan = Samples.plan("{role: %s}".formatted(role));

        // Then
        assertThat(Bytes.text(plan.memory().maxMemory())).isEqualTo(maxMemory);
        assertThat(Bytes.text(plan.memory().containerLimit())).isEqualTo(limit);
        assertThat(Bytes.text(plan.storage().size())).isEqualTo(storage);
        assertThat(plan.storage().reclaimPolicy()).hasToString(reclaim);
        assertThat(plan.service()).isEqualTo(new RolePlan.ServicePort("redis-sample", port));
        assertThat(plan.directives())
                .containsEntry("maxmemory-policy", policy)
                .containsEntry("appendfsync", fsync)
                .containsEntry("appendonly", "yes")
                .containsEntry("auto-aof-rewrite-min-size", rewriteFloor)
                .containsEntry("port", "6379");
        assertThat(plan.image()).isEqualTo(Samples.SETTINGS.defaultImage());
        assertThat(plan.cpu()).hasToString("100m");
    }

    @Test
    void aCustomRoleIsKeptUnlessToldOtherwise() {
        // When
        RolePlan plan = Samples.plan("{role: custom, memory: {maxMemory: 1Gi, evictionPolicy: allkeys-lfu}}");

        // Then
        assertThat(plan.service().port()).isEqualTo(6379);
        assertThat(plan.directives()).containsEntry("appendfsync", "everysec");
        assertThat(plan.storage().reclaimPolicy()).hasToString("RETAIN");
        assertThat(Bytes.text(plan.storage().size())).isEqualTo("5Gi");
    }

    @ParameterizedTest
    @CsvSource({
        "'{role: gateway, memory: {maxMemory: 128Mi}}', 2Gi",
        "'{role: gateway, memory: {maxMemory: 410Mi}}', 3Gi",
        "'{role: gateway, memory: {maxMemory: 4Gi}}', 20Gi",
        "'{role: custom, memory: {maxMemory: 4Mi, evictionPolicy: noeviction}}', 1Gi",
        "'{role: custom, memory: {maxMemory: 204Mi, evictionPolicy: noeviction}}', 1Gi",
        "'{role: custom, memory: {maxMemory: 205Mi, evictionPolicy: noeviction}}', 2Gi",
        "'{role: gateway, persistence: {storage: {size: 7Gi}}}', 7Gi"
    })
    void storageHoldsFiveTimesMaxmemory(String spec, String storage) {
        assertThat(Bytes.text(Samples.plan(spec).storage().size())).isEqualTo(storage);
    }

    @ParameterizedTest
    @CsvSource({"'0.5', 500m", "500m, 500m", "'2', 2", "'2000m', 2", "'0.0001', 1m", "1500m, 1500m"})
    void cpuIsWrittenAsTheApiServerWritesIt(String cpu, String canonical) {
        assertThat(Samples.plan("{role: gateway, pod: {cpu: '%s'}}".formatted(cpu))
                        .cpu())
                .hasToString(canonical);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {role: gateway, memory: {maxMemory: 650Mi, containerLimit: 1000Mi}}     |
                    {role: gateway, memory: {maxMemory: 651Mi, containerLimit: 1000Mi}}     | spec.memory.maxMemory: 651Mi of a container limit of 1000Mi is more than 65 %
                    {role: gateway, memory: {maxMemory: 800Mi, containerLimit: 1000Mi}}     | spec.memory.maxMemory: 800Mi of a container limit of 1000Mi is more than 65 %
                    {role: compliance, memory: {maxMemory: 600Mi, containerLimit: 1000Mi}}  |
                    {role: gateway, consumers: [{name: a, keys: [a], commands: [+ft.search]}]} | spec.consumers[a].commands: "+ft.search" is a module's command: an image without the module would not start
                    {role: gateway, consumers: [{name: a, keys: [a], commands: [-acl]}]} |
                    {role: gateway, persistence: {storage: {size: 1280Mi}}}                 |
                    {role: gateway, persistence: {storage: {size: 1279Mi}}}                 | spec.persistence.storage.size: 1279Mi is less than five times maxMemory: an AOF rewrite may fill the volume (expected: 2Gi or more)
                    """)
    void whatWorksButIsTightIsAWarning(String spec, @Nullable String warning) {
        // When
        PlanResult<RolePlan> result = Samples.planning(Samples.role(spec));

        // Then
        assertThat(result.plan()).isPresent();
        assertThat(PlanResult.describe(result.warnings())).startsWith(warning == null ? "" : warning);
        assertThat(result.warnings()).hasSize(warning == null ? 0 : 1);
    }

    @Test
    void equalInputsGiveEqualPlans() {
        // Given
        String spec = """
                role: gateway
                config: {timeout: '5', hz: '20'}
                consumers: [{name: b, keys: ['z:*', 'a:*']}, {name: a, keys: ['a:*']}]
                """;

        // Then
        assertThat(Samples.planning(Samples.role(spec), Samples.policy("one"), Samples.policy("two")))
                .isEqualTo(Samples.planning(Samples.role(spec), Samples.policy("two"), Samples.policy("one")));
    }

    @Test
    void usersHaveAnOrderOfTheirOwn() {
        // When
        RolePlan plan = Samples.plan(
                "{role: gateway, consumers: [{name: b, keys: ['b:*']}, {name: a, keys: ['a:*']}]}",
                Samples.policy("z"),
                Samples.policy("y"));

        // Then
        assertThat(plan.users())
                .extracting(AclUser::name)
                .containsExactly("default", "_operator", "_probe", "_policy.y", "_policy.z", "a", "b");
        assertThat(plan.consumers()).extracting(ConsumerPlan::name).containsExactly("b", "a");
    }

    @Test
    void planningChangesNothingInTheResource() {
        // Given
        RedisRole role = Samples.role("{role: gateway, pod: {labels: {a: b}}}");
        RedisRole before = Samples.role("{role: gateway, pod: {labels: {a: b}}}");

        // When
        Samples.planning(role);

        // Then
        assertThat(List.of(role.getSpec(), role.getMetadata()))
                .isEqualTo(List.of(before.getSpec(), before.getMetadata()));
    }
}
