package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LabelSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A workload that may use a role. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = LabelSelectorRules.class, input = "podSelector")
@ValidationRule(
        value = "self.keys.all(k, !k.startsWith('~')) && (!has(self.channels) || self.channels.all(c,"
                + " !c.startsWith('&')))",
        message = "keys and channels are patterns without the signs of an ACL: write session:* and not ~session:*")
@ValidationRule(
        value = "!self.name.startsWith('_') && self.name != 'default'",
        message =
                "consumer names that begin with _ and the name default belong to Redis Roles: choose another, for example"
                        + " the app's name")
@ValidationRule(
        value = "self.name.startsWith('_') || self.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
        message =
                "a consumer's name is a DNS label, because its Secret is named after it: write for example auth-service")
public record Consumer(
        @Required
        @JsonPropertyDescription("The ACL user; the binding Secret is redis-<role>.<consumer>.")
        @Size(max = 63)
        String name,

        @JsonPropertyDescription("The pods that the NetworkPolicy admits; none if absent.") @Nullable
        LabelSelector podSelector,

        @JsonPropertyDescription("ReadWrite if absent.") @Nullable
        Access access,

        @Required
        @JsonPropertyDescription("Patterns of the keys it may use, for example session:*")
        @Size(min = 1, max = 64)
        List<@Size(max = 256) @Pattern("^[^\\s\\x00-\\x1f\\x7f]+$") String> keys,

        @JsonPropertyDescription("Patterns of the Pub/Sub channels it may use; none if absent.") @Size(max = 64)
        List<@Size(max = 256) @Pattern("^[^\\s\\x00-\\x1f\\x7f]+$") String> channels,

        @JsonPropertyDescription("Further commands, for example +scan or -flushdb.") @Size(max = 64)
        List<@Size(max = 64) @Pattern("^[+-][a-z][a-z0-9.-]*([|][a-z0-9-]+)?$") String> commands,

        @JsonPropertyDescription(
                "Gives exactly these rights to Redis' default user too, for clients that send no user name.")
        @Nullable
        Boolean passwordOnly) {
    public Consumer {
        keys = Absent.orEmpty(keys);
        channels = Absent.orEmpty(channels);
        commands = Absent.orEmpty(commands);
    }
}
