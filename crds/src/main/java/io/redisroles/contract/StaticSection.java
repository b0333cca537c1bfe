package io.redisroles.contract;

import java.time.Duration;
import java.util.Map;

/**
 * The part of a sidecar's configuration that needs a restart to change.
 *
 * @param inbound where requests arrive
 * @param upstream the app
 * @param probes where kubelet and Prometheus ask
 * @param admin where people on this host ask; loopback
 * @param stores the Redis of each use; one that is missing is taken from {@code REDIS_URL} and its kin
 * @param identifierKeyFile the file with the secret behind keyed hashes (32 bytes, base64url)
 * @param storeTimeout how long one call to Redis may take before it counts as no answer
 * @param upstreamTimeout how long the app may take to begin its answer before it is a 504
 * @param answerSource whether answers carry {@code X-RedisRoles-Source}
 */
public record StaticSection(
        Endpoint inbound,
        Endpoint upstream,
        Endpoint probes,
        Endpoint admin,
        Map<StoreName, Store> stores,
        String identifierKeyFile,
        Duration storeTimeout,
        Duration upstreamTimeout,
        boolean answerSource) {
    public StaticSection {
        stores = Map.copyOf(stores);
    }

    /**
     * One role's Redis, as this sidecar logs in to it.
     *
     * @param role the RedisRole's name, for messages and metrics
     * @param address host and port
     * @param database 0 to 15; 0 is the only one that RedisRoles use
     * @param username an ACL user
     * @param passwordFile the file with its password, read at each connect
     */
    public record Store(String role, Endpoint address, int database, String username, String passwordFile) {}
}
