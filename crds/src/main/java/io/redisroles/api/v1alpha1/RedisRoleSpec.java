package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the user asks of a role. Everything but {@code role} has a preset. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListByKey.class, input = "consumers=name")
@ValidationRule(
        value = "self.role == oldSelf.role",
        message = "spec.role cannot be changed: create another RedisRole with the new role and copy the data")
@ValidationRule(
        value =
                "self.role != 'custom' || (self.?memory.?maxMemory.hasValue() && self.?memory.?evictionPolicy.hasValue())",
        message = "a custom role has no preset: set spec.memory.maxMemory and spec.memory.evictionPolicy")
@ValidationRule(
        value = "!(self.role in ['compliance', 'crypto']) || self.?memory.?evictionPolicy.orValue('noeviction') =="
                + " 'noeviction'",
        message = "compliance and crypto roles never evict: leave spec.memory.evictionPolicy out, or use role custom")
@ValidationRule(
        value = "self.role != 'socket' || self.?memory.?evictionPolicy.orValue('volatile-lru') != 'noeviction'",
        message =
                "a socket role must evict, or a full Redis refuses new connections: leave spec.memory.evictionPolicy out,"
                        + " or use role custom")
@ValidationRule(
        value = "!(self.role in ['compliance', 'crypto']) || self.?persistence.?fsync.orValue('Always') != 'Never'",
        message = "compliance and crypto roles keep what they acknowledged: set spec.persistence.fsync to Always or"
                + " EverySecond")
@ValidationRule(
        value = "!has(self.memory) || !has(self.memory.maxMemory) || !has(self.memory.containerLimit) ||"
                + " !isQuantity(string(self.memory.maxMemory)) || !isQuantity(string(self.memory.containerLimit)) ||"
                + " quantity(string(self.memory.maxMemory)).asApproximateFloat() <="
                + " quantity(string(self.memory.containerLimit)).asApproximateFloat() * (self.role in ['compliance',"
                + " 'crypto'] || self.?memory.?evictionPolicy.orValue('') == 'noeviction' ? 0.6 : 0.8)",
        message =
                "spec.memory.maxMemory may be at most 80 % of spec.memory.containerLimit (60 % with noeviction), because"
                        + " copying during an AOF rewrite needs the rest: raise containerLimit or leave it out")
@ValidationRule(
        value = "!oldSelf.?persistence.?storage.?size.hasValue() || (self.?persistence.?storage.?size.hasValue() &&"
                + " (!isQuantity(string(self.persistence.storage.size)) ||"
                + " !isQuantity(string(oldSelf.persistence.storage.size)) ||"
                + " quantity(string(self.persistence.storage.size))"
                + ".compareTo(quantity(string(oldSelf.persistence.storage.size))) >= 0))",
        message =
                "spec.persistence.storage.size can grow but never shrink, nor be left out again: write the old size or more")
@ValidationRule(
        value =
                "(has(self.persistence) && has(self.persistence.storage) && has(self.persistence.storage.storageClassName)"
                        + " ? self.persistence.storage.storageClassName : '') == (has(oldSelf.persistence) &&"
                        + " has(oldSelf.persistence.storage) && has(oldSelf.persistence.storage.storageClassName) ?"
                        + " oldSelf.persistence.storage.storageClassName : '')",
        message =
                "spec.persistence.storage.storageClassName cannot be changed: create another RedisRole with the new class"
                        + " and copy the data")
@ValidationRule(
        value = "!has(self.consumers) || self.consumers.filter(c, has(c.passwordOnly) && c.passwordOnly).size() <= 1",
        message = "at most one consumer may have passwordOnly: true, because Redis has one default user: remove it from"
                + " the others")
@ValidationRule(
        value = "!has(self.config) || self.config.all(k, k.matches('^[a-z][a-z0-9-]{0,63}$'))",
        message = "a key of spec.config is the name of one redis.conf directive: write for example"
                + " maxmemory-samples: \"10\"")
public record RedisRoleSpec(
        @Required @JsonPropertyDescription("What the Redis is for; stands for a preset. Cannot be changed.")
        RoleKind role,

        @JsonPropertyDescription("Container image with redis-server and redis-cli, Redis 7.0 or later.")
        @Size(max = 512)
        @Pattern("^[^\\s]+$")
        @Nullable
        String image,

        @Nullable Memory memory,
        @Nullable Persistence persistence,
        @Nullable Service service,

        @JsonPropertyDescription("Further redis.conf directives, from the allow-list in docs/configuration.md.")
        @Size(max = 64)
        Map<String, @Size(max = 256) @Pattern("^[^\\x00-\\x1f\\x7f]*$") String> config,

        @JsonPropertyDescription("The workloads that may use this Redis, each with a user, a binding Secret and a"
                + " NetworkPolicy peer of its own.")
        @Size(max = 64)
        List<Consumer> consumers,

        @JsonPropertyDescription("Whether connections are encrypted; they are not if absent.") @Nullable
        RoleTls tls,

        @Nullable Scheduling scheduling,
        @Nullable Pod pod,

        @JsonPropertyDescription("Passwords change by themselves; absent: only when asked.") @Nullable
        PasswordRotation passwordRotation,

        @JsonPropertyDescription("While true the operator looks and tells, and changes nothing.") @Nullable
        Boolean paused) {

    public RedisRoleSpec {
        config = Absent.orEmpty(config);
        consumers = Absent.orEmpty(consumers);
    }

    /** The same with connections in clear. */
    public RedisRoleSpec withoutTls() {
        return new RedisRoleSpec(
                role,
                image,
                memory,
                persistence,
                service,
                config,
                consumers,
                null,
                scheduling,
                pod,
                passwordRotation,
                paused);
    }

    /** Memory of Redis and of its container. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!has(self.maxMemory) || (isQuantity(string(self.maxMemory)) &&"
                    + " quantity(string(self.maxMemory)).compareTo(quantity('4Mi')) >= 0 &&"
                    + " quantity(string(self.maxMemory)).compareTo(quantity('1Ti')) <= 0)",
            message = "spec.memory.maxMemory is a quantity from 4Mi to 1Ti: write for example 256Mi")
    @ValidationRule(
            value = "!has(self.containerLimit) || (isQuantity(string(self.containerLimit)) &&"
                    + " quantity(string(self.containerLimit)).compareTo(quantity('16Mi')) >= 0 &&"
                    + " quantity(string(self.containerLimit)).compareTo(quantity('2Ti')) <= 0)",
            message =
                    "spec.memory.containerLimit is a quantity from 16Mi to 2Ti: write for example 448Mi, or leave it out")
    public record Memory(
            @JsonPropertyDescription("Redis' maxmemory, for example 256Mi.") @Nullable
            Quantity maxMemory,

            @JsonPropertyDescription("What Redis removes when maxMemory is reached.") @Nullable
            EvictionPolicy evictionPolicy,

            @JsonPropertyDescription("The container's memory request and limit; computed from maxMemory if absent.")
            @Nullable
            Quantity containerLimit) {}

    /** What survives a restart. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Persistence(
            @JsonPropertyDescription("When acknowledged writes reach the disk.") @Nullable
            Fsync fsync,

            @Nullable Storage storage) {}

    /** The volume of the append-only file. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!has(self.size) || (isQuantity(string(self.size)) &&"
                    + " quantity(string(self.size)).compareTo(quantity('16Mi')) >= 0)",
            message = "spec.persistence.storage.size is a quantity of at least 16Mi: write for example 2Gi")
    public record Storage(
            @JsonPropertyDescription("Grows, never shrinks.") @Nullable
            Quantity size,

            @JsonPropertyDescription("The cluster's default class if absent. Cannot be changed.")
            @Size(min = 1, max = 253)
            @Nullable
            String storageClassName,

            @JsonPropertyDescription("What becomes of the volume when the RedisRole is deleted.") @Nullable
            ReclaimPolicy reclaimPolicy) {}

    /** Where clients connect. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Service(
            @JsonPropertyDescription("redis- and the role's name if absent.")
            @Size(max = 63)
            @Pattern("^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")
            @Nullable
            String name,

            @JsonPropertyDescription("6379 to 6383 by role if absent.") @Min(1) @Max(65535) @Nullable
            Integer port) {}

    /** When passwords change by themselves. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!self.every.matches('^[0-9]{1,7}[hm]$') || duration(self.every) >= duration('20m')",
            message =
                    "spec.passwordRotation.every is at least 20m, twice as long as the former passwords are accepted: write"
                            + " for example 30d")
    public record PasswordRotation(
            @Required
            @JsonPropertyDescription("The longest life of a password, for example 30d or 12h.")
            @Size(max = 8)
            @Pattern("^[1-9][0-9]{0,3}d$|^[1-9][0-9]{0,4}h$|^[1-9][0-9]{0,6}m$")
            String every) {}

    /** Where the pod may run. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Scheduling(
            @Size(max = 32) Map<String, String> nodeSelector,
            @Size(max = 32) List<Toleration> tolerations,
            @Nullable Affinity affinity,
            @Size(max = 8) List<TopologySpreadConstraint> topologySpreadConstraints,
            @Size(min = 1, max = 253) @Nullable String priorityClassName) {
        public Scheduling {
            nodeSelector = Absent.orEmpty(nodeSelector);
            tolerations = Absent.orEmpty(tolerations);
            topologySpreadConstraints = Absent.orEmpty(topologySpreadConstraints);
        }
    }

    /** What is added to the pod. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!has(self.cpu) || (isQuantity(string(self.cpu)) &&"
                    + " quantity(string(self.cpu)).isGreaterThan(quantity('0')))",
            message = "spec.pod.cpu is a quantity above 0: write for example 100m")
    @ValidationRule(
            value = "!has(self.labels) || self.labels.all(k, k.matches('" + LabelSelectorRules.KEY + "') &&"
                    + " !k.contains('redisroles.io/'))",
            message =
                    "a key of spec.pod.labels is a label's name outside redisroles.io/, which is ours: write for example"
                            + " example.com/team")
    public record Pod(
            @Size(max = 32) Map<String, @Size(max = 63) @Pattern(LabelSelectorRules.VALUE) String> labels,
            @Size(max = 32) Map<String, String> annotations,
            @Size(max = 8) List<LocalObjectReference> imagePullSecrets,

            @JsonPropertyDescription("The container's CPU request, 100m if absent; CPU is not limited.") @Nullable
            Quantity cpu) {
        public Pod {
            labels = Absent.orEmpty(labels);
            annotations = Absent.orEmpty(annotations);
            imagePullSecrets = Absent.orEmpty(imagePullSecrets);
        }
    }
}
