package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator made of a policy. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListByKey.class, input = "conditions=type")
public record AccessPolicyStatus(
        @JsonPropertyDescription("The generation that the conditions speak of.") @Nullable
        Long observedGeneration,

        List<Condition> conditions,
        @Nullable Sidecars sidecars) {
    public AccessPolicyStatus {
        conditions = Absent.orEmpty(conditions);
    }

    /** How many sidecars there are, and how many of them follow this generation of the policy. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Sidecars(int total, int current) {}
}
