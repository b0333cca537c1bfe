package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator saw of a role. Numbers that move all the time are metrics, not status. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListByKey.class, input = "conditions=type")
public record RedisRoleStatus(
        @JsonPropertyDescription("The generation that the conditions speak of.") @Nullable
        Long observedGeneration,

        List<Condition> conditions,

        @JsonPropertyDescription("Where clients connect, host:port.") @Nullable
        String endpoint,

        @JsonPropertyDescription("The binding Secret of each consumer.")
        List<ConsumerBinding> bindings,

        @JsonPropertyDescription("The binding Secret where there is exactly one consumer (servicebinding.io).")
        @Nullable
        Binding binding,

        @Nullable Memory memory,

        @JsonPropertyDescription("As the running server says.") @Nullable
        String redisVersion) {
    public RedisRoleStatus {
        conditions = Absent.orEmpty(conditions);
        bindings = Absent.orEmpty(bindings);
    }

    /** A consumer's Secret. */
    public record ConsumerBinding(String consumer, String name) {}

    /** The Secret of a Provisioned Service. */
    public record Binding(String name) {}

    /** Memory as last reported; rewritten at most once a minute. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Memory(
            @JsonPropertyDescription("Used of maxmemory, for example 41Mi/256Mi.") @Nullable
            String usage,

            @JsonPropertyDescription("maxmemory-policy as planned.") @Nullable
            String evictionPolicy,

            @JsonPropertyDescription("When usage was written, RFC 3339.") @Size(max = 64) @Nullable
            String usageTime) {}
}
