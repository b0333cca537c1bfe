package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.net.URI;

/** Whether and how bearer tokens are read as JWT (RFC 7519). */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Jwt.Disabled.class, name = "Disabled"),
    @JsonSubTypes.Type(value = Jwt.Verified.class, name = "Verified")
})
public sealed interface Jwt {
    /** No source is a JWT. */
    record Disabled() implements Jwt {}

    /**
     * Signature, issuer, audience and times are checked.
     *
     * @param issuer that {@code iss} must equal
     * @param audience that {@code aud} must contain
     * @param keys where the public keys are
     * @param statePrefix followed by {@code sub}: the user's revocable state in the Redis of the sessions
     */
    record Verified(String issuer, String audience, Keys keys, String statePrefix) implements Jwt {}

    /** Where a JWK Set (RFC 7517) is. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = InFile.class, name = "InFile"),
        @JsonSubTypes.Type(value = AtUri.class, name = "AtUri")
    })
    sealed interface Keys {}

    /**
     * In a file, which may be replaced while the proxy runs.
     *
     * @param file its absolute path
     */
    record InFile(String file) implements Keys {}

    /**
     * At an address that is asked over HTTP, at most once in a while.
     *
     * @param uri http or https
     */
    record AtUri(URI uri) implements Keys {}
}
