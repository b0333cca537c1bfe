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
        value = "!has(self.ports) || self.ports.all(p, (p < 15001 || p > 15016) && p != 15020 && p != 15021)",
        message =
                "ports 15001 to 15016, 15020 and 15021 are the sidecar's own: write the ports that the app listens on")
@ValidationRule(
        value = "!has(self.ports) || self.ports.all(p, self.ports.exists_one(q, q == p))",
        message = "a port is in spec.ports twice: name each once")
@ValidationRule(
        value = "!has(self.ports) || !has(self.opaquePorts) || self.ports.all(p, !(p in self.opaquePorts))",
        message = "a port is in spec.ports and in spec.opaquePorts: leave it in opaquePorts if its bytes shall pass"
                + " without policy, else in ports")
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
@ValidationRule(
        value = "!self.rules.exists(r, has(r.limits) && r.limits.exists(l, l.by.exists(b, b == 'apiKey'))) ||"
                + " (has(self.session) && has(self.session.sources) && self.session.sources.exists(s,"
                + " has(s.apiKey)))",
        message = "a limit by apiKey needs a source of API keys: add {apiKey: X-API-Key} to spec.session.sources")
public record AccessPolicySpec(
        @Required @JsonPropertyDescription("The pods of this namespace that get the sidecar.")
        LabelSelector selector,

        @JsonPropertyDescription(
                "The container ports that the sidecar stands before; HTTP/1.1 or h2c. If absent: those named http*, and those"
                        + " to which a Service says an HTTP appProtocol.")
        @Size(min = 1, max = 16)
        List<@Min(1) @Max(65535) Integer> ports,

        @JsonPropertyDescription("Container ports that are never intercepted: their bytes pass without policy.")
        @Size(max = 16)
        List<@Min(1) @Max(65535) Integer> opaquePorts,

        @JsonPropertyDescription(
                "How connections come to the sidecar: Redirect (netfilter rules of the pod, set by an init container with"
                        + " NET_ADMIN) or NamedPort (no privilege: the port's name moves to the sidecar). Redirect if absent.")
        @Nullable
        Interception interception,

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
        @Nullable SessionSpec session,

        @JsonPropertyDescription(
                "How many subjects that a sidecar has not seen lately may begin to be counted in a second, for each"
                        + " limit; the excess shares one counter. 1000 if absent.")
        @Min(1)
        @Max(1_000_000)
        @Nullable
        Integer newSubjectsPerSecond,

        @Nullable Tier tier,

        @Required @JsonPropertyDescription("The first rule that matches decides.") @Size(min = 1, max = 32)
        List<AccessRule> rules) {
    public AccessPolicySpec {
        ports = Absent.orEmpty(ports);
        opaquePorts = Absent.orEmpty(opaquePorts);
        rules = Absent.orEmpty(rules);
    }

    /** The RedisRoles of this namespace that a policy uses. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Roles(
            @JsonPropertyDescription("Where limits are counted.") @Nullable
            RoleReference limits,

            @JsonPropertyDescription("Where sessions, tokens and API keys are.") @Nullable
            RoleReference sessions,

            @JsonPropertyDescription(
                    "Where open WebSockets are registered, with who is present; not registered if absent.")
            @Nullable
            RoleReference sockets) {}

    /** A RedisRole of the same namespace. */
    public record RoleReference(
            @Required @Size(max = 40) @Pattern("^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$")
            String name) {}

    /** How the client's address is found. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "!has(self.trustedProxies) || self.trustedProxies.all(c, isCIDR(c))",
            message = "spec.client.trustedProxies are CIDR blocks: write for example 10.0.0.0/8 or 192.0.2.1/32")
    @ValidationRule(
            value = "!has(self.proxyProtocol) || !self.proxyProtocol || (has(self.trustedProxies) &&"
                    + " size(self.trustedProxies) > 0)",
            message = "spec.client.proxyProtocol is believed of trusted proxies only: list the load balancers in"
                    + " trustedProxies, for example 10.0.0.0/8")
    public record Client(
            @JsonPropertyDescription("CIDR blocks whose X-Forwarded-For is believed.") @Size(max = 64)
            List<@Size(max = 64) String> trustedProxies,

            @JsonPropertyDescription("Leading bits of an IPv6 address that are one client. 64 if absent.")
            @Min(32)
            @Max(128)
            @Nullable
            Integer ipv6Prefix,

            @JsonPropertyDescription(
                    "Whether connections of trusted proxies begin with a PROXY protocol header, v1 or v2. false if"
                            + " absent.")
            @Nullable
            Boolean proxyProtocol) {
        public Client {
            trustedProxies = Absent.orEmpty(trustedProxies);
        }
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
