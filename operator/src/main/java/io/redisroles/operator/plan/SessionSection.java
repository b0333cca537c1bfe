package io.redisroles.operator.plan;

import io.redisroles.api.v1alpha1.SessionSpec;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.DurationText;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.KeyNames;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.SessionSource;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where sessions, tokens and API keys are and how they are shown, with every default filled in. */
final class SessionSection {
    private static final List<SessionSource> DEFAULT_SOURCES =
            List.of(new SessionSource(SessionSource.Kind.COOKIE, "sid"));
    private static final String AUTHORIZATION = "Authorization";

    private static final Duration SHORTEST_LIFETIME = Duration.ofSeconds(1);
    private static final Duration LONGEST_LIFETIME = Duration.ofDays(366);

    private static final String ID_CHARACTERS = "[A-Za-z0-9._-]*";
    private static final Pattern FIELD_NAME = Pattern.compile(SessionSpec.Source.TOKEN);
    private static final Pattern ORIGIN = Pattern.compile(SessionSpec.Csrf.ORIGIN);
    private static final Pattern USUAL_PORT = Pattern.compile("https://.*:443|http://.*:80");

    private SessionSection() {}

    /**
     * The section of a policy.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    static PolicySection.Session of(Optional<SessionSpec> session) {
        List<SessionSource> sources = sources(session);
        PolicySection.Session resolved = new PolicySection.Session(
                sources,
                session.map(SessionSpec::prefix).orElse("session:"),
                session.map(SessionSpec::tokenPrefix).orElse("auth:token:"),
                session.map(SessionSpec::apiKeyPrefix).orElse("apikey:"),
                DurationText.parse(session.map(SessionSpec::idleTimeout).orElse("30m")),
                DurationText.parse(session.map(SessionSpec::maxLifetime).orElse("24h")),
                session.map(SessionSpec::createdField).orElse("created_at"),
                jwt(session.map(SessionSpec::jwt), sources),
                csrf(session.map(SessionSpec::csrf)));
        requireLifetimes(resolved);
        requirePrefixes(resolved);
        return resolved;
    }

    private static List<SessionSource> sources(Optional<SessionSpec> session) {
        List<SessionSource> sources = session.map(SessionSpec::sources).orElse(List.of()).stream()
                .map(SessionSection::source)
                .toList();
        if (sources.stream()
                        .filter(source -> source.name().equals(AUTHORIZATION) && isBearer(source))
                        .count()
                > 1) {
            throw new IllegalArgumentException(
                    "session.sources: more than one is a bearer token (expected: at most one)");
        }
        return sources.isEmpty() ? DEFAULT_SOURCES : sources;
    }

    private static SessionSource source(SessionSpec.Source source) {
        List<SessionSource> named = Stream.of(
                        found(source.cookie(), SessionSource.Kind.COOKIE),
                        found(source.header(), SessionSource.Kind.HEADER),
                        found(source.apiKey(), SessionSource.Kind.API_KEY),
                        Optional.ofNullable(source.bearer())
                                .map(bearer -> new SessionSource(
                                        bearer == SessionSpec.Bearer.JWT
                                                ? SessionSource.Kind.BEARER_JWT
                                                : SessionSource.Kind.BEARER_TOKEN,
                                        AUTHORIZATION)))
                .flatMap(Optional::stream)
                .toList();
        if (named.size() != 1) {
            throw new IllegalArgumentException(
                    "session.sources: " + source + " (expected: exactly one of cookie, header, bearer and apiKey)");
        }
        return named.get(0);
    }

    private static Optional<SessionSource> found(@Nullable String name, SessionSource.Kind kind) {
        if (name != null && !FIELD_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("session.sources: \"" + name
                    + "\" is not the name of a cookie or a header (expected for example sid or X-API-Key)");
        }
        return Optional.ofNullable(name).map(there -> new SessionSource(kind, there));
    }

    private static boolean isBearer(SessionSource source) {
        return source.kind() == SessionSource.Kind.BEARER_TOKEN || source.kind() == SessionSource.Kind.BEARER_JWT;
    }

    private static Jwt jwt(Optional<SessionSpec.Jwt> jwt, List<SessionSource> sources) {
        boolean asked = sources.stream().anyMatch(source -> source.kind() == SessionSource.Kind.BEARER_JWT);
        if (asked != jwt.isPresent()) {
            throw new IllegalArgumentException(
                    asked
                            ? "session.jwt: absent, but a source is bearer: Jwt (expected: issuer, audience and jwks)"
                            : "session.jwt: no source is bearer: Jwt (expected: add {bearer: Jwt} to sources, or remove"
                                    + " jwt)");
        }
        if (jwt.isEmpty()) {
            return new Jwt.Disabled();
        }
        SessionSpec.Jwt wished = jwt.get();
        return new Jwt.Verified(
                text("session.jwt.issuer", wished.issuer()),
                text("session.jwt.audience", wished.audience()),
                keys(Optional.ofNullable(wished.jwks())),
                Optional.ofNullable(wished.statePrefix()).orElse("jwt:"));
    }

    private static Jwt.Keys keys(Optional<SessionSpec.Jwks> jwks) {
        Optional<SessionSpec.SecretKey> secret = jwks.map(SessionSpec.Jwks::secret);
        Optional<String> uri = jwks.map(SessionSpec.Jwks::uri);
        if (secret.isPresent() == uri.isPresent()) {
            throw new IllegalArgumentException("session.jwt.jwks: " + (uri.isPresent() ? "both" : "neither")
                    + " of secret and uri (expected: exactly one)");
        }
        return secret.<Jwt.Keys>map(named -> new Jwt.InFile(ContractPaths.jwksFile(key(named))))
                .orElseGet(() -> new Jwt.AtUri(address(uri.orElseThrow())));
    }

    /** Becomes a file's name. */
    private static String key(SessionSpec.SecretKey secret) {
        if (secret.key() == null || !secret.key().matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}")) {
            throw new IllegalArgumentException(
                    "session.jwt.jwks.secret.key: \"" + secret.key() + "\" (expected: a key such as jwks.json)");
        }
        return secret.key();
    }

    private static URI address(String text) {
        try {
            URI uri = new URI(text);
            String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
            if (List.of("http", "https").contains(scheme) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(notAnAddress(text), e);
        }
        throw new IllegalArgumentException(notAnAddress(text));
    }

    private static String notAnAddress(String text) {
        return "session.jwt.jwks.uri: \"" + text
                + "\" (expected: http or https, for example https://login.example.com/.well-known/jwks.json)";
    }

    private static String text(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(field + ": absent (expected: a text)");
        }
        return value;
    }

    private static PolicySection.Csrf csrf(Optional<SessionSpec.Csrf> csrf) {
        CsrfMode mode = csrf.map(SessionSpec.Csrf::mode).orElse(CsrfMode.CROSS_ORIGIN);
        List<String> trusted = csrf.map(SessionSpec.Csrf::trustedOrigins).orElse(List.of());
        if (mode != CsrfMode.CROSS_ORIGIN && !trusted.isEmpty()) {
            throw new IllegalArgumentException("session.csrf.trustedOrigins: " + trusted
                    + " (expected: none, because they belong to mode: CrossOrigin)");
        }
        trusted.stream()
                .filter(origin -> !ORIGIN.matcher(origin).matches())
                .findFirst()
                .ifPresent(origin -> {
                    throw new IllegalArgumentException("session.csrf.trustedOrigins: " + origin
                            + " (expected: as a browser writes it, in lower case and without a path, for example"
                            + " https://app.example.com)");
                });
        trusted.stream()
                .filter(origin -> USUAL_PORT.matcher(origin).matches())
                .findFirst()
                .ifPresent(origin -> {
                    throw new IllegalArgumentException("session.csrf.trustedOrigins: " + origin
                            + " (expected: without the port, because browsers leave the usual one out)");
                });
        return new PolicySection.Csrf(mode, trusted);
    }

    private static void requireLifetimes(PolicySection.Session session) {
        requireLifetime("session.idleTimeout", session.idleTimeout());
        requireLifetime("session.maxLifetime", session.maxLifetime());
        if (session.idleTimeout().compareTo(session.maxLifetime()) > 0) {
            throw new IllegalArgumentException("session.idleTimeout: " + DurationText.format(session.idleTimeout())
                    + " (expected: at most maxLifetime = " + DurationText.format(session.maxLifetime()) + ")");
        }
    }

    private static void requireLifetime(String field, Duration lifetime) {
        if (lifetime.compareTo(SHORTEST_LIFETIME) < 0 || lifetime.compareTo(LONGEST_LIFETIME) > 0) {
            throw new IllegalArgumentException(
                    field + ": " + DurationText.format(lifetime) + " (expected: 1s to 8784h)");
        }
    }

    /** What was stored for one purpose must not be shown for another. */
    private static void requirePrefixes(PolicySection.Session session) {
        requirePrefix("session.prefix", session.prefix());
        requirePrefix("session.tokenPrefix", session.tokenPrefix());
        requirePrefix("session.apiKeyPrefix", session.apiKeyPrefix());
        requireNoId("session.tokenPrefix", session.tokenPrefix(), session, "a token");
        requireNoId("session.apiKeyPrefix", session.apiKeyPrefix(), session, "an API key");
        if (session.apiKeyPrefix().equals(session.tokenPrefix())) {
            throw new IllegalArgumentException("session.apiKeyPrefix: \"" + session.apiKeyPrefix()
                    + "\" is tokenPrefix, so a token could pass for an API key (expected for example apikey:)");
        }
        if (session.jwt() instanceof Jwt.Verified jwt) {
            requireStatePrefix(jwt.statePrefix(), session);
        }
    }

    private static void requireStatePrefix(String prefix, PolicySection.Session session) {
        String field = "session.jwt.statePrefix";
        requirePrefix(field, prefix);
        if (session.sources().stream()
                .anyMatch(source ->
                        source.kind() == SessionSource.Kind.COOKIE || source.kind() == SessionSource.Kind.HEADER)) {
            requireNoId(field, prefix, session, "a user's state");
        }
        boolean begins = Stream.of(session.tokenPrefix(), session.apiKeyPrefix())
                        .anyMatch(other -> other.startsWith(prefix))
                || (session.prefix().startsWith(prefix) && !session.prefix().equals(prefix));
        if (begins) {
            throw new IllegalArgumentException(field + ": \"" + prefix
                    + "\" begins another prefix, and a sub may have any characters (expected for example jwt:)");
        }
    }

    /** A client chooses its session id. */
    private static void requireNoId(String field, String prefix, PolicySection.Session session, String what) {
        if (prefix.matches(Pattern.quote(session.prefix()) + ID_CHARACTERS)) {
            throw new IllegalArgumentException(field + ": \"" + prefix
                    + "\" is prefix, or prefix and characters of a session id, so a session id could pass for " + what
                    + " (expected for example session: and auth:token:)");
        }
    }

    /** Prefixes become ACL patterns: a star or a space in them would give the sidecars more than sessions. */
    private static void requirePrefix(String field, String prefix) {
        if (!prefix.matches("[A-Za-z0-9:._/-]{1,64}")
                || KeyNames.OWN_PREFIXES.stream().anyMatch(prefix::startsWith)) {
            throw new IllegalArgumentException(field + ": \"" + prefix
                    + "\" (expected: letters, digits and :._/- such as session:, and not beginning with "
                    + String.join(", ", KeyNames.OWN_PREFIXES) + ")");
        }
    }
}
