package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crdv2.generator.v1.SchemaCustomizer;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.redisroles.contract.DurationText;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.Unmatched;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which pods, which Redis, which rules. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@SchemaCustomizer(value = ListByKey.class, input = "rules=name")
@SchemaCustomizer(value = LabelSelectorRules.class, input = "selector")
@ValidationRule(
        value = "self.ports.all(p, !(p in [15001, 15020, 15021]))",
        message = "ports 15001, 15020 and 15021 are the sidecar's own: write the port that the app listens on")
@ValidationRule(
        value = "self.rules.all(r, r.session == 'None') || has(self.roles.sessions)",
        message = "a rule with session: Optional or Required needs spec.roles.sessions: name the RedisRole that has the"
                + " sessions")
@ValidationRule(
        value = "self.rules.all(r, !has(r.limits) || size(r.limits) == 0) || has(self.roles.limits)",
        message = "a rule with limits needs spec.roles.limits: name the RedisRole that counts")
@ValidationRule(
        value = "self.rules.all(r, !has(r.limits) || r.limits.all(l, self.rules.filter(o, has(o.limits) &&"
                + " o.limits.exists(m, m.name == l.name)).size() == 1))",
        message =
                "names of limits are unique in a policy, because they are part of the counters' keys: rename one of them")
public record AccessPolicySpec(
        @Required @JsonPropertyDescription("The pods of this namespace that get the sidecar.")
        LabelSelector selector,

        @Required
        @JsonPropertyDescription("The container port that the sidecar stands before; HTTP/1.1.")
        @Size(min = 1, max = 1)
        List<@Min(1) @Max(65535) Integer> ports,

        @Required Roles roles,

        @JsonPropertyDescription(
                "While the Redis of the limits does not answer: Deny (503), Allow, or Local (counted in"
                        + " each sidecar's memory). Deny if absent.")
        @Nullable
        OnStoreFailure onStoreFailure,

        @JsonPropertyDescription("Requests that no rule matches: Deny (403) or Forward. Deny if absent.") @Nullable
        Unmatched unmatched,

        @JsonPropertyDescription("How users and addresses appear in key names: Hashed or Plain. Hashed if absent.")
        @Nullable
        Identifiers identifiers,

        @Nullable Client client,
        @Nullable Session session,
        @Nullable Tier tier,

        @Required @JsonPropertyDescription("The first rule that matches decides.") @Size(min = 1, max = 32)
        List<AccessRule> rules) {
    public AccessPolicySpec {
        ports = Absent.orEmpty(ports);
        rules = Absent.orEmpty(rules);
    }

    /** The RedisRoles of this namespace that a policy uses. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Roles(
            @Nullable RoleReference limits, @Nullable RoleReference sessions) {}

    /** A RedisRole of the same namespace. */
    public record RoleReference(
            @Required @Size(max = 40) @Pattern("^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$")
            String name) {}

    /** How the client's address is found. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!has(self.trustedProxies) || self.trustedProxies.all(c, isCIDR(c))",
            message = "spec.client.trustedProxies are CIDR blocks: write for example 10.0.0.0/8 or 192.0.2.1/32")
    public record Client(
            @JsonPropertyDescription("CIDR blocks whose X-Forwarded-For is believed.") @Size(max = 64)
            List<@Size(max = 64) String> trustedProxies,

            @JsonPropertyDescription("Leading bits of an IPv6 address that are one client. 64 if absent.")
            @Min(32)
            @Max(128)
            @Nullable
            Integer ipv6Prefix) {
        public Client {
            trustedProxies = Absent.orEmpty(trustedProxies);
        }
    }

    /** Where sessions are and how long they live. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "[" + Session.IDLE + ", " + Session.LIFETIME + "].all(d, d.matches('" + DurationText.PATTERN
                    + "'))",
            message =
                    "spec.session.idleTimeout and maxLifetime are durations in ms, s, m or h: write for example 30m or"
                            + " 24h")
    @ValidationRule(
            value = "[" + Session.IDLE + ", " + Session.LIFETIME + "].all(d, !d.matches('" + DurationText.PATTERN
                    + "') || (duration(d) >= duration('1s') && duration(d) <= duration('8784h')))",
            message = "spec.session.idleTimeout and maxLifetime are from 1s to 8784h: write for example 30m or 24h")
    @ValidationRule(
            value = "[" + Session.IDLE + ", " + Session.LIFETIME + "].exists(d, !d.matches('" + DurationText.PATTERN
                    + "')) || duration(" + Session.IDLE + ") <= duration(" + Session.LIFETIME + ")",
            message =
                    "spec.session.idleTimeout (30m if absent) must not be longer than maxLifetime (24h if absent): lower"
                            + " idleTimeout or raise maxLifetime")
    @ValidationRule(
            value = "!has(self.sources) || self.sources.filter(s, has(s.bearer)).size() <= 1",
            message = "at most one source may be a bearer token: remove the others")
    @ValidationRule(
            value = "!" + Session.TOKENS + ".startsWith(" + Session.SESSIONS + ") || " + Session.TOKENS
                    + ".substring(size(" + Session.SESSIONS + ")).matches('[:/]')",
            message =
                    "spec.session.tokenPrefix must not be prefix, nor prefix and characters of a session id, or a session"
                            + " id could pass for a token: write for example session: and auth:token:")
    public record Session(
            @JsonPropertyDescription(
                    "Where a request may carry its session; the first present decides. Cookie sid if" + " absent.")
            @Size(max = 8)
            List<SessionSource> sources,

            @JsonPropertyDescription(
                    "session:<id> is a hash or a JSON string with at least user_id. session: if absent.")
            @Size(max = 64)
            @Pattern(KEY_PREFIX)
            @Nullable
            String prefix,

            @JsonPropertyDescription("auth:token:<sha256 hex> is a user id or a hash. auth:token: if absent.")
            @Size(max = 64)
            @Pattern(KEY_PREFIX)
            @Nullable
            String tokenPrefix,

            @JsonPropertyDescription("A session unused for this long ends. 30m if absent.") @Size(max = 32) @Nullable
            String idleTimeout,

            @JsonPropertyDescription("A session ends this long after its creation. 24h if absent.")
            @Size(max = 32)
            @Nullable
            String maxLifetime,

            @JsonPropertyDescription(
                    "The field with the time of creation, epoch seconds or ISO 8601. created_at if" + " absent.")
            @Size(min = 1, max = 64)
            @Nullable
            String createdField) {
        // With has() and not with orValue(), which hides from the API server how long the text can be.
        static final String IDLE = "(has(self.idleTimeout) ? self.idleTimeout : '30m')";
        static final String LIFETIME = "(has(self.maxLifetime) ? self.maxLifetime : '24h')";
        static final String SESSIONS = "(has(self.prefix) ? self.prefix : 'session:')";
        static final String TOKENS = "(has(self.tokenPrefix) ? self.tokenPrefix : 'auth:token:')";

        static final String KEY_PREFIX = "^[A-Za-z0-9:._/-]+$";

        public Session {
            sources = Absent.orEmpty(sources);
        }
    }

    /** One place where a request may carry its session. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "(has(self.cookie) ? 1 : 0) + (has(self.header) ? 1 : 0) + (has(self.bearer) ? 1 : 0) == 1",
            message = "a source is exactly one of cookie, header and bearer: write one list item for each")
    public record SessionSource(
            @JsonPropertyDescription("The cookie's name.")
            @Size(max = 64)
            @Pattern("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
            @Nullable
            String cookie,

            @JsonPropertyDescription("The header's name.")
            @Size(max = 64)
            @Pattern("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
            @Nullable
            String header,

            @JsonPropertyDescription("Authorization: Bearer, as an opaque token.") @Nullable
            Bearer bearer) {}

    /** Kinds of bearer tokens. */
    public enum Bearer {
        /** Looked up by its SHA-256. */
        @JsonProperty("Token")
        TOKEN
    }

    /** Where a session's tier is found. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Tier(
            @JsonPropertyDescription("The session's field. tier if absent.") @Size(min = 1, max = 64) @Nullable
            String field,

            @JsonPropertyDescription("Where the field is absent. free if absent.")
            @JsonProperty("default")
            @Size(min = 1, max = 64)
            @Nullable
            String defaultTier) {}
}
