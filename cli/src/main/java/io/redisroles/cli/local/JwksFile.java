package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.SessionSpec;
import io.redisroles.cli.CliException;
import io.redisroles.cli.resources.ResourceSet;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The public keys of an issuer, which a pod would mount from a Secret and which here stand in a Secret among the files.
 *
 * @param key of the Secret, and name of the file
 * @param content a JWK Set
 */
record JwksFile(String key, String content) {
    /**
     * What a policy refers to; empty if it refers to no Secret.
     *
     * @throws CliException if that is not among the files
     */
    static Optional<JwksFile> of(AccessPolicy policy, List<ResourceSet.Sourced<Secret>> secrets) {
        return Optional.ofNullable(policy.getSpec().session())
                .map(SessionSpec::jwt)
                .map(SessionSpec.Jwt::jwks)
                .map(SessionSpec.Jwks::secret)
                .map(wanted -> secrets.stream()
                        .map(ResourceSet.Sourced::resource)
                        .filter(secret -> LocalPlans.key(secret)
                                .equals(policy.getMetadata().getNamespace() + "/" + wanted.name()))
                        .findFirst()
                        .flatMap(secret -> content(secret, wanted.key()))
                        .map(content -> new JwksFile(wanted.key(), content))
                        .orElseThrow(() -> new CliException("AccessPolicy " + LocalPlans.key(policy)
                                + ": spec.session.jwt.jwks.secret: no Secret " + wanted.name() + " with the key "
                                + wanted.key() + " in these files: add its manifest")));
    }

    private static Optional<String> content(Secret secret, String key) {
        return Optional.ofNullable(secret.getStringData())
                .map((Map<String, String> texts) -> texts.get(key))
                .or(() -> Optional.ofNullable(secret.getData())
                        .map((Map<String, String> data) -> data.get(key))
                        .map(encoded -> decode(secret, key, encoded)));
    }

    private static String decode(Secret secret, String key, String encoded) {
        try {
            return new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new CliException(
                    "Secret " + LocalPlans.key(secret) + ": data." + key
                            + " is not base64: encode it, or write it under stringData",
                    e);
        }
    }
}
