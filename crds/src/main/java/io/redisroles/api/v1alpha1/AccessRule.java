package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.redisroles.contract.HttpMethod;
import io.redisroles.contract.SessionFailure;
import io.redisroles.contract.SessionRequirement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which requests, which session, which limits. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListByKey.class, input = "limits=name")
@ValidationRule(
        value = "self.session != 'None' || !has(self.limits) || self.limits.all(l, !l.by.exists(b, b in ['user',"
                + " 'session', 'apiKey']))",
        message =
                "a rule with session: None knows no user: limit by ip or rule, or set session to Optional or Required")
@ValidationRule(
        value = "self.session != 'None' || !has(self.onSessionStoreFailure)",
        message = "a rule with session: None looks up no session: remove onSessionStoreFailure")
public record AccessRule(
        @Required @JsonPropertyDescription("Unique in the policy.") @Size(max = 63) @Pattern(NAME)
        String name,

        @JsonPropertyDescription("Every request if absent.") @Nullable
        Match match,

        @Required @JsonPropertyDescription("None, Optional or Required.")
        SessionRequirement session,

        @JsonPropertyDescription(
                "While the Redis of the sessions does not answer: Deny (503), or Allow (as if there were no session,"
                        + " promising nothing). Deny if absent.")
        @Nullable
        SessionFailure onSessionStoreFailure,

        @JsonPropertyDescription("All of them must admit a request.") @Size(max = 8)
        List<Limit> limits) {
    static final String NAME = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

    public AccessRule {
        limits = Absent.orEmpty(limits);
    }

    /** Which requests. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!has(self.paths) || self.paths.all(p, !p.matches('/[.]{1,2}(/|$)'))",
            message = "paths are matched after . and .. are resolved, so a path with them would never match: write the"
                    + " resolved path")
    @ValidationRule(
            value = "!has(self.paths) || self.paths.all(p, !p.contains('%') || !p.matches('" + Match.DEAD_ESCAPE
                    + "'))",
            message =
                    "a path with this percent-encoding would never match: write characters that need no encoding as they"
                            + " are, others as %XX, and never %2F, %5C or %00")
    public record Match(
            @JsonPropertyDescription("Paths; * is one segment, ** any number; case-sensitive.") @Size(max = 32)
            List<@Size(max = 256) @Pattern(PATH) String> paths,

            @JsonPropertyDescription("Methods; GET implies HEAD.") @Size(max = 8)
            List<HttpMethod> methods) {
        /** What a normalized path never has: half an escape, an escaped separator or NUL, an escaped unreserved character. */
        static final String DEAD_ESCAPE = "%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$|2[dDeEfF]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaCcFf]"
                + "|6[1-9A-Fa-f]|7[0-9AaEe]|00)";

        static final String PATH = "^(/|(/([*]{1,2}|[A-Za-z0-9._~!$&'()+,;=:@%-]+))+/?)$";

        public Match {
            paths = Absent.orEmpty(paths);
            methods = Absent.orEmpty(methods);
        }
    }
}
