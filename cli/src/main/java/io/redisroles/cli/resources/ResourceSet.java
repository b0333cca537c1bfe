package io.redisroles.cli.resources;

import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import java.nio.file.Path;
import java.util.List;

/**
 * The resources of a folder.
 *
 * @param roles in file order
 * @param policies in file order
 * @param secrets in file order; what policies refer to
 * @param forClusters what else a cluster would get, such as {@code Deployment caas/gateway}; in file order
 */
public record ResourceSet(
        List<Sourced<RedisRole>> roles,
        List<Sourced<AccessPolicy>> policies,
        List<Sourced<Secret>> secrets,
        List<String> forClusters) {
    public ResourceSet {
        roles = List.copyOf(roles);
        policies = List.copyOf(policies);
        secrets = List.copyOf(secrets);
        forClusters = List.copyOf(forClusters);
    }

    /**
     * A resource and where it stands.
     *
     * @param <T> its kind
     */
    public record Sourced<T>(T resource, Path file) {}
}
