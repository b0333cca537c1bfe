package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A restart costs every client its connection: it happens for what Redis reads at its start, and for nothing else. */
class RestartHashTest {
    private static final String BASE = """
            role: gateway
            consumers:
            - {name: app, podSelector: {matchLabels: {app: app}}, keys: ["a:*", "b:*"], channels: [x, y]}
            - {name: other, keys: ["o:*"]}
            """;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "image: redis:7.4.3",
                "config: {databases: '20'}",
                "config: {io-threads: '2'}",
                "config: {tcp-backlog: '1024'}",
                "pod: {labels: {team: a}}",
                "pod: {annotations: {a: b}}",
                "scheduling: {priorityClassName: high}",
                "scheduling: {nodeSelector: {disk: ssd}}"
            })
    void whatRedisIsStartedWithChangesIt(String change) {
        assertThat(hash(BASE + change)).isNotEqualTo(hash(BASE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory: {maxMemory: 300Mi}",
                "memory: {evictionPolicy: allkeys-lfu}",
                "memory: {containerLimit: 512Mi}",
                "persistence: {fsync: Always}",
                "config: {hz: '20'}",
                "config: {maxmemory-clients: '5%'}",
                "pod: {cpu: 200m}"
            })
    void whatIsChangedLiveKeepsIt(String change) {
        assertThat(hash(BASE + change)).isEqualTo(hash(BASE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "role: gateway\nconsumers: [{name: app, keys: ['a:*', 'b:*'], channels: [x, y]}]",
                "role: gateway\nconsumers: [{name: app, keys: ['a:*', 'c:*'], channels: [x, y]}, {name: other, keys: ['o:*']}]",
                "role: gateway\nconsumers: [{name: app, keys: ['a:*', 'b:*'], channels: [x, y]}, {name: other, keys: ['o:*'], access: ReadOnly}]",
            })
    void whatUsersMayDoKeepsIt(String changed) {
        assertThat(hash(changed)).isEqualTo(hash(BASE));
    }

    @Test
    void aPolicyThatRefersToTheRoleKeepsIt() {
        assertThat(hash(BASE, Samples.policy("web"))).isEqualTo(hash(BASE));
    }

    /** A new operator restarts nothing: a hash that differs here restarts every Redis of every user at the next upgrade. */
    @Test
    void anUnchangedRoleKeepsItFromReleaseToRelease() {
        assertThat(hash(BASE)).isEqualTo("44d053224016a0e9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "service: {name: other-name, port: 7777}",
                "persistence: {storage: {size: 20Gi}}",
                "persistence: {storage: {reclaimPolicy: Retain}}"
            })
    void whatOnlySurroundsRedisKeepsIt(String change) {
        assertThat(hash(BASE + change)).isEqualTo(hash(BASE));
    }

    @Test
    void whoTheNetworkPolicyAdmitsKeepsIt() {
        assertThat(hash(BASE.replace("matchLabels: {app: app}", "matchLabels: {app: renamed}")))
                .isEqualTo(hash(BASE));
    }

    @Test
    void theOrderInWhichUsersWriteThingsKeepsIt() {
        // Given
        String reordered = """
                consumers:
                - {name: other, keys: ["o:*"]}
                - {name: app, podSelector: {matchLabels: {app: app}}, keys: ["b:*", "a:*"], channels: [y, x]}
                role: gateway
                """;
        String one = "config: {hz: '20', timeout: '5'}\nscheduling: {nodeSelector: {a: b, c: d}}";
        String two = "config: {timeout: '5', hz: '20'}\nscheduling: {nodeSelector: {c: d, a: b}}";

        // Then
        assertThat(hash(reordered)).isEqualTo(hash(BASE));
        assertThat(hash(BASE + two)).isEqualTo(hash(BASE + one));
    }

    @Test
    void theOrderInWhichPoliciesAreSeenKeepsIt() {
        // Given
        AccessPolicy first = Samples.policy("first");
        AccessPolicy second = Samples.policy("second");

        // When
        String oneWay = hash(BASE, first, second);
        String otherWay = hash(BASE, second, first);

        // Then
        assertThat(otherWay).isEqualTo(oneWay);
    }

    @Test
    void aNewGenerationOfAPolicyWithTheSameRightsKeepsIt() {
        // Given
        AccessPolicy policy = Samples.policy("web");
        String before = hash(BASE, policy);

        // When
        policy.getMetadata().setGeneration(2L);

        // Then
        assertThat(hash(BASE, policy)).isEqualTo(before);
    }

    private static String hash(String spec, AccessPolicy... policies) {
        RolePlan plan = Samples.plan(spec, policies);
        StatefulSet set = RedisWorkload.desired(plan);
        return String.valueOf(
                set.getSpec().getTemplate().getMetadata().getAnnotations().get(Labels.RESTART_HASH));
    }
}
