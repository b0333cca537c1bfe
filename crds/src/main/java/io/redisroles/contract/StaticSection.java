package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The part of a sidecar's configuration that needs a restart to change.
 *
 * @param inbound where requests arrive
 * @param upstream the app
 * @param probes where kubelet and Prometheus ask
 * @param admin where people on this host ask; loopback
 * @param stores the Redis of each use; one that is missing is taken from {@code REDIS_URL} and its kin
 * @param identifierKeyFile the file with the secret behind keyed hashes (32 bytes, base64url), and while it is
 *     exchanged, in a second line, the one before; read again when it changes
 * @param storeTimeout how long one call to Redis may take at most before it counts as no answer; down to a tenth of it where
 *     Redis has lately been much faster
 * @param upstreamTimeout how long the app may take to begin its answer before it is a 504
 * @param answerSource whether answers carry {@code X-RedisRoles-Source}
 * @param opaque ports whose bytes pass as they are, without policy
 * @param savings what spares Redis calls
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
        boolean answerSource,
        List<OpaquePort> opaque,
        Savings savings) {
    public StaticSection {
        stores = Map.copyOf(stores);
        opaque = List.copyOf(opaque);
    }

    /**
     * A port whose bytes pass as they are.
     *
     * @param inbound where connections arrive
     * @param upstream where they go
     */
    public record OpaquePort(Endpoint inbound, Endpoint upstream) {}

    /**
     * What answers without asking Redis; none of them admits more than the limit. Each can be switched off to find a fault.
     *
     * @param denyCache a subject over its limit is refused from memory until it may pass again
     * @param leases part of a hot subject's quota is debited ahead
     * @param sessionCache sessions that were read are kept while Redis says that they did not change
     */
    public record Savings(boolean denyCache, boolean leases, boolean sessionCache) {
        public static final Savings ALL = new Savings(true, true, true);
        public static final Savings NONE = new Savings(false, false, false);
    }

    /**
     * One role's Redis, as this sidecar logs in to it.
     *
     * @param role the RedisRole's name, for messages and metrics
     * @param address host and port
     * @param database 0 to 15; 0 is the only one that RedisRoles use
     * @param username an ACL user
     * @param passwordFile the file with its password, read at each connect
     * @param authorityFile the file with whom to believe about its certificate, PEM, read at each connect; empty, or left out,
     *     where connections are not encrypted
     * @param identityFile the file with the certificate that Redis may ask for and its private key, PEM, read at each connect;
     *     there is none if the file is empty or not there, or if this is empty or left out
     */
    public record Store(
            String role,
            Endpoint address,
            int database,
            String username,
            String passwordFile,

            // A configuration without it is older than it.
            @JacksonInject(value = NOT_ENCRYPTED, useInput = OptBoolean.TRUE)
            @JsonInclude(JsonInclude.Include.NON_EMPTY)
            String authorityFile,

            @JacksonInject(value = NOT_IDENTIFIED, useInput = OptBoolean.TRUE)
            @JsonInclude(JsonInclude.Include.NON_EMPTY)
            String identityFile) {
        static final String NOT_ENCRYPTED = "no authorityFile";
        static final String NOT_IDENTIFIED = "no identityFile";

        /** Connections are not encrypted. */
        public Store(String role, Endpoint address, int database, String username, String passwordFile) {
            this(role, address, database, username, passwordFile, "", "");
        }
    }
}
