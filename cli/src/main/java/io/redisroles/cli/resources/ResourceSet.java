package io.redisroles.cli.resources;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import java.nio.file.Path;
import java.util.List;

/**
 * The resources of a folder.
 *
 * @param roles in file order
 * @param policies in file order
 */
public record ResourceSet(List<Sourced<RedisRole>> roles, List<Sourced<AccessPolicy>> policies) {
    public ResourceSet {
        roles = List.copyOf(roles);
        policies = List.copyOf(policies);
    }

    /**
     * A resource and where it stands.
     *
     * @param <T> its kind
     */
    public record Sourced<T>(T resource, Path file) {}
}
