package io.redisroles.contract;

/** The paths, ports and file names that operator, sidecar and local mode share. */
public final class ContractPaths {
    /** Where the sidecar looks for its configuration when {@code REDISROLES_CONFIG} is not set. */
    public static final String CONFIG_FILE = "/etc/redisroles/sidecar.yaml";

    /** The configuration's key in the ConfigMap; the map is mounted as a directory, never by subPath. */
    public static final String CONFIG_KEY = "sidecar.yaml";

    /** Where the policy's credentials Secret is mounted in the sidecar. */
    public static final String CREDENTIALS_DIRECTORY = "/etc/redisroles/credentials";

    /** The file, and Secret key, with the secret that identifiers in key names are hashed with (32 bytes, base64url). */
    public static final String IDENTIFIER_KEY = "identifier.key";

    /** Intercepted traffic arrives here. */
    public static final int INBOUND_PORT = 15001;

    /** For the kubelet and Prometheus: {@code /healthz/live}, {@code /healthz/ready}, {@code /metrics}. */
    public static final int PROBE_PORT = 15020;

    /** For people on the same host: {@code /config}, {@code /stats}; bound to loopback only. */
    public static final int ADMIN_PORT = 15021;

    private ContractPaths() {}

    /** The file, and Secret key, with the password that the sidecar uses for {@code store}. */
    public static String passwordKey(StoreName store) {
        return store.jsonName() + ".password";
    }
}
