package io.redisroles.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.DurationText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions, tokens and API keys are, how they are shown and how long they live.
 *
 * <p>A client chooses its session id and so the end of a key's name. No prefix may be another one and characters of an id, or
 * what was stored for one purpose could be shown for another.
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
        value = "[" + SessionSpec.IDLE + ", " + SessionSpec.LIFETIME + "].all(d, d.matches('" + DurationText.PATTERN
                + "'))",
        message = "spec.session.idleTimeout and maxLifetime are durations in ms, s, m or h: write for example 30m or"
                + " 24h")
@ValidationRule(
        value = "[" + SessionSpec.IDLE + ", " + SessionSpec.LIFETIME + "].all(d, !d.matches('" + DurationText.PATTERN
                + "') || (duration(d) >= duration('1s') && duration(d) <= duration('8784h')))",
        message = "spec.session.idleTimeout and maxLifetime are from 1s to 8784h: write for example 30m or 24h")
@ValidationRule(
        value = "[" + SessionSpec.IDLE + ", " + SessionSpec.LIFETIME + "].exists(d, !d.matches('"
                + DurationText.PATTERN + "')) || duration(" + SessionSpec.IDLE + ") <= duration(" + SessionSpec.LIFETIME
                + ")",
        message = "spec.session.idleTimeout (30m if absent) must not be longer than maxLifetime (24h if absent): lower"
                + " idleTimeout or raise maxLifetime")
@ValidationRule(
        value = "!has(self.sources) || self.sources.filter(s, has(s.bearer)).size() <= 1",
        message = "at most one source may be a bearer token: remove the others")
@ValidationRule(
        value = "!(has(self.sources) && self.sources.exists(s, has(s.bearer) && s.bearer == 'Jwt')) || has(self.jwt)",
        message = "a source bearer: Jwt needs spec.session.jwt: write issuer, audience and jwks")
@ValidationRule(
        value = "!has(self.jwt) || (has(self.sources) && self.sources.exists(s, has(s.bearer) && s.bearer == 'Jwt'))",
        message = "spec.session.jwt is for a source that no request is asked for: add {bearer: Jwt} to sources, or"
                + " remove jwt")
@ValidationRule(
        value = "[" + SessionSpec.SESSIONS + ", " + SessionSpec.TOKENS + ", " + SessionSpec.API_KEYS + ", "
                + SessionSpec.STATES
                + "].all(p, !['rate:', 'socket:', 'sockets:', 'presence:'].exists(o, p.startsWith(o)))",
        message =
                "rate:, socket:, sockets: and presence: begin the sidecar's own keys: write another prefix, for example session:")
@ValidationRule(
        value = "!" + SessionSpec.TOKENS + ".startsWith(" + SessionSpec.SESSIONS + ") || " + SessionSpec.TOKENS
                + ".substring(size(" + SessionSpec.SESSIONS + ")).matches('[:/]')",
        message = "spec.session.tokenPrefix must not be prefix, nor prefix and characters of a session id, or a session"
                + " id could pass for a token: write for example session: and auth:token:")
@ValidationRule(
        value = "!" + SessionSpec.API_KEYS + ".startsWith(" + SessionSpec.SESSIONS + ") || " + SessionSpec.API_KEYS
                + ".substring(size(" + SessionSpec.SESSIONS + ")).matches('[:/]')",
        message =
                "spec.session.apiKeyPrefix must not be prefix, nor prefix and characters of a session id, or a session"
                        + " id could pass for an API key: write for example session: and apikey:")
@ValidationRule(
        value = SessionSpec.API_KEYS + " != " + SessionSpec.TOKENS,
        message = "spec.session.apiKeyPrefix must not be tokenPrefix, or a token could pass for an API key: write for"
                + " example auth:token: and apikey:")
@ValidationRule(
        value = "!has(self.jwt) || !self.sources.exists(s, has(s.cookie) || has(s.header)) || !" + SessionSpec.STATES
                + ".startsWith(" + SessionSpec.SESSIONS + ") || " + SessionSpec.STATES + ".substring(size("
                + SessionSpec.SESSIONS + ")).matches('[:/]')",
        message = "spec.session.jwt.statePrefix must not be prefix, nor prefix and characters of a session id, beside a"
                + " cookie or header source, or a user's id could pass for a session: write for example jwt:")
@ValidationRule(
        value = "!has(self.jwt) || ![" + SessionSpec.TOKENS + ", " + SessionSpec.API_KEYS + "].exists(p, p.startsWith("
                + SessionSpec.STATES + ")) && (!" + SessionSpec.SESSIONS + ".startsWith(" + SessionSpec.STATES + ") || "
                + SessionSpec.SESSIONS + " == " + SessionSpec.STATES + ")",
        message =
                "spec.session.jwt.statePrefix must not begin another prefix, because a sub may have any characters and"
                        + " could name another record: write for example jwt:")
public record SessionSpec(
        @JsonPropertyDescription(
                "Where a request may carry its credential; the first present decides. Cookie sid if absent.")
        @Size(max = 8)
        List<Source> sources,

        @JsonPropertyDescription("session:<id> is a hash or a JSON string with at least user_id. session: if absent.")
        @Size(max = 64)
        @Pattern(KEY_PREFIX)
        @Nullable
        String prefix,

        @JsonPropertyDescription("auth:token:<sha256 hex> is a user id or a hash. auth:token: if absent.")
        @Size(max = 64)
        @Pattern(KEY_PREFIX)
        @Nullable
        String tokenPrefix,

        @JsonPropertyDescription("apikey:<sha256 hex> is a hash with at least owner. apikey: if absent.")
        @Size(max = 64)
        @Pattern(KEY_PREFIX)
        @Nullable
        String apiKeyPrefix,

        @JsonPropertyDescription("A session unused for this long ends. 30m if absent.") @Size(max = 32) @Nullable
        String idleTimeout,

        @JsonPropertyDescription("A session ends this long after its creation. 24h if absent.")
        @Size(max = 32)
        @Nullable
        String maxLifetime,

        @JsonPropertyDescription(
                "The field with the time of creation, epoch seconds or ISO 8601. created_at if absent.")
        @Size(min = 1, max = 64)
        @Nullable
        String createdField,

        @JsonPropertyDescription("How bearer tokens are verified where a source is bearer: Jwt.") @Nullable
        Jwt jwt,

        @JsonPropertyDescription("How requests that a cookie authenticates are kept from being forged by other sites.")
        @Nullable
        Csrf csrf) {
    // With has() and not with orValue(), which hides from the API server how long the text can be.
    static final String IDLE = "(has(self.idleTimeout) ? self.idleTimeout : '30m')";
    static final String LIFETIME = "(has(self.maxLifetime) ? self.maxLifetime : '24h')";
    static final String SESSIONS = "(has(self.prefix) ? self.prefix : 'session:')";
    static final String TOKENS = "(has(self.tokenPrefix) ? self.tokenPrefix : 'auth:token:')";
    static final String API_KEYS = "(has(self.apiKeyPrefix) ? self.apiKeyPrefix : 'apikey:')";
    static final String STATES = "(has(self.jwt) && has(self.jwt.statePrefix) ? self.jwt.statePrefix : 'jwt:')";

    static final String KEY_PREFIX = "^[A-Za-z0-9:._/-]+$";

    public SessionSpec {
        sources = Absent.orEmpty(sources);
    }

    /** One place where a request may carry its credential. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "(has(self.cookie) ? 1 : 0) + (has(self.header) ? 1 : 0) + (has(self.bearer) ? 1 : 0) +"
                    + " (has(self.apiKey) ? 1 : 0) == 1",
            message = "a source is exactly one of cookie, header, bearer and apiKey: write one list item for each")
    public record Source(
            @JsonPropertyDescription("The cookie's name.") @Size(max = 64) @Pattern(TOKEN) @Nullable
            String cookie,

            @JsonPropertyDescription("The header's name.") @Size(max = 64) @Pattern(TOKEN) @Nullable
            String header,

            @JsonPropertyDescription("Authorization: Bearer, as an opaque token (Token) or as a JWT (Jwt).") @Nullable
            Bearer bearer,

            @JsonPropertyDescription("The name of the header with an API key, for example X-API-Key.")
            @Size(max = 64)
            @Pattern(TOKEN)
            @Nullable
            String apiKey) {
        /** RFC 9110 §5.6.2. */
        public static final String TOKEN = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";
    }

    /** Kinds of bearer tokens. */
    public enum Bearer {
        /** Looked up by its SHA-256. */
        @JsonProperty("Token")
        TOKEN,
        /** Verified by its signature (RFC 7519). */
        @JsonProperty("Jwt")
        JWT
    }

    /** How a JWT is verified. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Jwt(
            @Required @JsonPropertyDescription("What iss must be, character by character.") @Size(min = 1, max = 256)
            String issuer,

            @Required @JsonPropertyDescription("What aud must contain.") @Size(min = 1, max = 256)
            String audience,

            @Required @JsonPropertyDescription("Where the issuer's public keys are.")
            Jwks jwks,

            @JsonPropertyDescription(
                    "jwt:<sub> is the user's revocable state in the Redis of the sessions. jwt: if absent.")
            @Size(max = 64)
            @Pattern(KEY_PREFIX)
            @Nullable
            String statePrefix) {}

    /** Where a JWK Set (RFC 7517) is. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value = "has(self.secret) != has(self.uri)",
            message = "jwks is exactly one of secret and uri: write one of them")
    @ValidationRule(
            value = "!has(self.uri) || (isURL(self.uri) && url(self.uri).getScheme() in ['http', 'https'] &&"
                    + " url(self.uri).getHostname() != '')",
            message = "jwks.uri is an http or https address: write for example"
                    + " https://login.example.com/.well-known/jwks.json")
    public record Jwks(
            @JsonPropertyDescription("In a Secret of this namespace.") @Nullable
            SecretKey secret,

            @JsonPropertyDescription("At an address that the sidecar asks.") @Size(max = 512) @Nullable
            String uri) {}

    /** One key of a Secret. */
    public record SecretKey(
            @Required @Size(max = 253) @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
            String name,

            @Required @Size(max = 253) @Pattern("^[A-Za-z0-9_-][A-Za-z0-9._-]*$")
            String key) {}

    /** How requests that a cookie authenticates are kept from being forged. */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    @ValidationRule(
            value =
                    "!has(self.trustedOrigins) || self.trustedOrigins.all(o, !o.matches('^(https://.*:443|http://.*:80)$'))",
            message = "browsers leave the usual port out of an origin: write https://app.example.com without :443, and"
                    + " http:// without :80")
    @ValidationRule(
            value = "!has(self.trustedOrigins) || size(self.trustedOrigins) == 0 || !has(self.mode) || self.mode =="
                    + " 'CrossOrigin'",
            message = "trustedOrigins belong to mode: CrossOrigin: remove them, or set mode: CrossOrigin")
    public record Csrf(
            @JsonPropertyDescription(
                    "CrossOrigin (by Sec-Fetch-Site, else Origin), Token (X-CSRF-Token equals the session's field csrf)"
                            + " or Disabled. CrossOrigin if absent.")
            @Nullable
            CsrfMode mode,

            @JsonPropertyDescription("Other sites that may ask all the same, for example https://admin.example.com.")
            @Size(max = 16)
            List<@Size(max = 256) @Pattern(ORIGIN) String> trustedOrigins) {
        /** As a browser writes it (RFC 6454 §6.2): lower case, without a path. */
        public static final String ORIGIN = "^https?://([a-z0-9._-]+|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?$";

        public Csrf {
            trustedOrigins = Absent.orEmpty(trustedOrigins);
        }
    }
}
