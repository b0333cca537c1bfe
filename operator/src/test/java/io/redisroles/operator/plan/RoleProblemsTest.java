package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What cannot be done is refused with the field, the value, what was expected and the mend. */
class RoleProblemsTest {
    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    {role: custom, memory: {evictionPolicy: allkeys-lru}}                            ; spec.memory.maxMemory           ; absent, and a custom role has no preset: write for example 256Mi
                    {role: custom, memory: {maxMemory: 64Mi}}                                        ; spec.memory.evictionPolicy      ; absent, and a custom role has no preset: write for example allkeys-lru
                    {role: gateway, memory: {maxMemory: 4095Ki}}                                     ; spec.memory.maxMemory           ; "4095Ki" is out of range (expected: 4Mi to 1Ti)
                    {role: gateway, memory: {maxMemory: 256mb}}                                      ; spec.memory.maxMemory           ; "256mb" is not a size (expected a size, for example 256Mi)
                    {role: gateway, memory: {maxMemory: "0"}}                                        ; spec.memory.maxMemory           ; "0" is not more than 0
                    {role: gateway, memory: {maxMemory: 7Ei}}                                        ; spec.memory.maxMemory           ; "7Ei" is not more than 0 and at most 1Pi
                    {role: gateway, memory: {maxMemory: 2Ti}} ; spec.memory.maxMemory ; "2Ti" is out of range (expected: 4Mi to 1Ti)
                    {role: gateway, memory: {containerLimit: 15Mi}} ; spec.memory.containerLimit ; "15Mi" is out of range (expected: 16Mi to 2Ti)
                    {role: gateway, memory: {maxMemory: 100m}}                                       ; spec.memory.maxMemory           ; "100m" is not a whole number of bytes
                    {role: gateway, memory: {containerLimit: 1GB}}                                   ; spec.memory.containerLimit      ; is not a size (expected a size, for example 256Mi)
                    {role: gateway, memory: {maxMemory: 801Mi, containerLimit: 1000Mi}}              ; spec.memory.maxMemory           ; 801Mi of a container limit of 1000Mi is more than 80 %: an AOF rewrite would get the container killed (expected: a containerLimit of at least 1002Mi, or none, which gives 1344Mi)
                    {role: gateway, memory: {containerLimit: 300Mi}}                                 ; spec.memory.maxMemory           ; 256Mi of a container limit of 300Mi is more than 80 %
                    {role: crypto, memory: {maxMemory: 601Mi, containerLimit: 1000Mi}}               ; spec.memory.maxMemory           ; 601Mi of a container limit of 1000Mi is more than 60 %
                    {role: crypto, memory: {evictionPolicy: allkeys-lru}}                            ; spec.memory.evictionPolicy      ; allkeys-lru breaks the promise of a crypto role (expected: noeviction, or role: custom)
                    {role: compliance, memory: {evictionPolicy: volatile-ttl}}                       ; spec.memory.evictionPolicy      ; volatile-ttl breaks the promise of a compliance role
                    {role: socket, memory: {evictionPolicy: noeviction}}                             ; spec.memory.evictionPolicy      ; noeviction would refuse the records of new connections when it is full (expected: an evicting policy
                    {role: compliance, persistence: {fsync: Never}}                                  ; spec.persistence.fsync          ; Never breaks the promise of a compliance role (expected: Always or EverySecond)
                    {role: gateway, persistence: {storage: {size: big}}}                             ; spec.persistence.storage.size   ; is not a size (expected a size, for example 256Mi)
                    {role: gateway, service: {name: Redis}}                                          ; spec.service.name               ; "Redis" is not a DNS label
                    {role: gateway, service: {name: redis-sample-headless}}                          ; spec.service.name               ; "redis-sample-headless" is the role's headless Service: choose another
                    {role: gateway, service: {port: 70000}}                                          ; spec.service.port               ; 70000 is not a port (expected: 1 to 65535)
                    {role: gateway, image: " "}                                                      ; spec.image                      ; " " is empty or has a space: leave it out
                    {role: gateway, pod: {cpu: fast}}                                                ; spec.pod.cpu                    ; "fast" is not an amount of CPU (expected for example 250m)
                    {role: gateway, pod: {cpu: "0"}}                                                 ; spec.pod.cpu                    ; "0" is not an amount of CPU
                    {role: gateway, config: {requirepass: x}}                                        ; spec.config.requirepass         ; not a directive that a role may set
                    {role: gateway, config: {hz: banana}}                                            ; spec.config.hz                  ; "banana" would keep Redis from starting (expected: 1 to 500)
                    {role: gateway, config: {loglevel: chatty}}                                      ; spec.config.loglevel            ; "chatty" would keep Redis from starting (expected: debug or verbose or notice or warning)
                    {role: gateway, config: {timeout: "5 \\""}}                                      ; spec.config.timeout             ; would keep Redis from starting
                    {role: gateway, config: {maxmemory-clients: 200%}}                               ; spec.config.maxmemory-clients   ; "200%" would keep Redis from starting (expected: a percentage such as 10% or a size
                    {role: gateway, config: {client-output-buffer-limit: pubsub}}                    ; spec.config.client-output-buffer-limit ; "pubsub" would keep Redis from starting (expected: class hard soft seconds
                    {role: gateway, config: {notify-keyspace-events: yes please}}                    ; spec.config.notify-keyspace-events ; (expected: letters of KEg$lshzxedtmnA, or nothing)
                    {role: gateway, persistence: {storage: {size: 1Mi}}}                             ; spec.persistence.storage.size   ; "1Mi" is out of range (expected: 16Mi to 64Ti)
                    {role: gateway, consumers: [{name: a, keys: ["~a:*"]}]}                          ; spec.consumers[a].keys          ; "~a:*" has the sign of an ACL (expected: a:*)
                    {role: gateway, consumers: [{name: a, keys: [a], channels: ["&x"]}]}             ; spec.consumers[a].channels      ; "&x" has the sign of an ACL (expected: x)
                    {role: gateway, consumers: [{keys: [a]}]}                                        ; spec.consumers[null].name       ; "null" is not a DNS label
                    {role: gateway, consumers: [{name: _probe, keys: [a]}]}                          ; spec.consumers[_probe].name     ; "_probe" is not a DNS label of at most 63 characters other than default
                    {role: gateway, consumers: [{name: default, keys: [a]}]}                         ; spec.consumers[default].name    ; other than default (for example auth-service)
                    {role: gateway, consumers: [{name: a, keys: [a]}, {name: a, keys: [b]}]}         ; spec.consumers[a]               ; stands twice: give each consumer a name of its own
                    {role: gateway, consumers: [{name: a}]}                                          ; spec.consumers[a].keys          ; empty (expected for example ["session:*"])
                    {role: gateway, consumers: [{name: a, keys: ["x y"]}]}                           ; spec.consumers[a].keys          ; "x y" is empty or has a space
                    {role: gateway, consumers: [{name: a, keys: ["a\\n~*"]}]}                        ; spec.consumers[a].keys          ; is empty or has a space
                    {role: gateway, consumers: [{name: a, keys: [a], channels: [""]}]}               ; spec.consumers[a].channels      ; "" is empty or has a space
                    {role: gateway, consumers: [{name: a, keys: [a], commands: [scan]}]}             ; spec.consumers[a].commands      ; "scan" is not +command or -command (for example +scan)
                    {role: gateway, consumers: [{name: a, keys: [a], commands: ["+@all"]}]}          ; spec.consumers[a].commands      ; "+@all" names no command of Redis 7.0
                    {role: gateway, consumers: [{name: a, keys: [a], commands: [+frobnicate]}]}      ; spec.consumers[a].commands      ; "+frobnicate" names no command of Redis 7.0
                    {role: gateway, consumers: [{name: a, keys: [a], commands: ["-select|0"]}]}      ; spec.consumers[a].commands      ; "-select|0" names no command of Redis 7.0
                    {role: gateway, consumers: [{name: a, keys: [a], commands: ["+scan +config"]}]}  ; spec.consumers[a].commands      ; names no command of Redis 7.0
                    {role: gateway, consumers: [{name: a, keys: [a], commands: ["+config|get"]}]}    ; spec.consumers[a].commands      ; "+config|get" is never granted, because it leads out of the consumer's patterns: remove it
                    {role: gateway, consumers: [{name: a, keys: [a], passwordOnly: true}, {name: b, keys: [b], passwordOnly: true}]} ; spec.consumers ; more than one has passwordOnly: true
                    """)
    void aProblemNamesFieldValueAndMend(String spec, String field, String message) {
        // When
        PlanResult<RolePlan> result = Samples.planning(Samples.role(spec));

        // Then
        assertThat(result.plan()).isEmpty();
        assertThat(result.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.field()).isEqualTo(field);
            assertThat(problem.message()).contains(message);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"acl", "config", "debug", "migrate", "module", "monitor", "replicaof", "shutdown", "slowlog"})
    void whatLeadsOutOfAConsumersPatternsIsNeverGrantedButMayBeTaken(String command) {
        // Given
        String spec = "{role: gateway, consumers: [{name: a, keys: [a], commands: ['%s']}]}";

        // Then
        assertThat(Samples.planning(Samples.role(spec.formatted("+" + command))).plan())
                .isEmpty();
        assertThat(Samples.planning(Samples.role(spec.formatted("-" + command))).plan())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({"a, true", "a-1, true", "1a, false", "A, false", "a_b, false", "a., false", "'', false", "a-, false"})
    void aRoleIsNamedAsItsServiceMayBe(String name, boolean accepted) {
        // Given
        RedisRole role = Samples.role("{role: gateway}");
        role.getMetadata().setName(name);

        // Then
        assertThat(Samples.planning(role).plan().isPresent()).isEqualTo(accepted);
    }

    @ParameterizedTest
    @CsvSource({"40, true", "41, false"})
    void aRolesNameLeavesRoomForItsChildren(int length, boolean accepted) {
        // Given
        RedisRole role = Samples.role("{role: gateway}");
        role.getMetadata().setName("a".repeat(length));

        // Then
        assertThat(Samples.planning(role).plan().isPresent()).isEqualTo(accepted);
    }

    @Test
    void aSpecWithoutARoleIsRefused() {
        // Given
        RedisRole empty = new RedisRole();
        empty.setMetadata(Samples.role("{role: gateway}").getMetadata());

        // Then
        assertThat(Samples.planning(Samples.role("{image: x}")).problems())
                .extracting(Problem::field)
                .containsExactly("spec.role");
        assertThat(Samples.planning(empty).problems())
                .extracting(Problem::field)
                .containsExactly("spec.role");
    }

    @Test
    void everyProblemIsSaidAtOnce() {
        // When
        PlanResult<RolePlan> result = Samples.planning(
                Samples.role("{role: custom, config: {port: '1'}, consumers: [{name: A}], service: {port: 0}}"));

        // Then
        assertThat(result.problems())
                .extracting(Problem::field)
                .containsExactly(
                        "spec.config.port",
                        "spec.consumers[A].name",
                        "spec.consumers[A].keys",
                        "spec.memory.evictionPolicy",
                        "spec.memory.maxMemory",
                        "spec.service.port");
        assertThat(result.warnings()).isEmpty();
    }
}
