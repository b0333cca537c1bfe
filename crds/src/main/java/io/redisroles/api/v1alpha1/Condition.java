package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** One aspect of an object's state at a time ({@code metav1.Condition} of Kubernetes). */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
        @Required @Size(max = 316) String type,

        @Required @JsonPropertyDescription("True, False or Unknown.") @Size(max = 7)
        String status,

        @Required @JsonPropertyDescription("Why, in one CamelCase word.") @Size(max = 1024)
        String reason,

        @Required @JsonPropertyDescription("Why, for people.") @Size(max = 32768)
        String message,

        @Required @JsonPropertyDescription("When the status last changed, RFC 3339.") @Size(max = 64)
        String lastTransitionTime,

        @JsonPropertyDescription("The generation that this speaks of.") @Nullable
        Long observedGeneration) {}
