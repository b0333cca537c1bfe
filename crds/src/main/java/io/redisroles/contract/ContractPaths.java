package io.redisroles.contract;

/** The paths, ports and file names that operator, sidecar and local mode share. */
public final class ContractPaths {
    /** Where the sidecar looks for its configuration when {@code REDISROLES_CONFIG} is not set. */
    public static final String CONFIG_FILE = "/etc/redisroles/sidecar.yaml";

    /** The configuration's key in the ConfigMap; the map is mounted as a directory, never by subPath. */
    public static final String CONFIG_KEY = "sidecar.yaml";

    /** Where the policy's credentials Secret is mounted in the sidecar. */
    public static final String CREDENTIALS_DIRECTORY = "/etc/redisroles/credentials";

    /**
     * The file, and Secret key, with the secret that identifiers in key names are hashed with (32 bytes, base64url); while it is
     * exchanged the one before it is in a second line.
     */
    public static final String IDENTIFIER_KEY = "identifier.key";

    /** Where the Secret with an issuer's public keys is mounted in the sidecar. */
    public static final String JWKS_DIRECTORY = "/etc/redisroles/jwks";

    /** Intercepted traffic arrives here. */
    public static final int INBOUND_PORT = 15001;

    /** For the kubelet and Prometheus: {@code /healthz/live}, {@code /healthz/ready}, {@code /metrics}. */
    public static final int PROBE_PORT = 15020;

    /** For people on the same host: {@code /config}, {@code /stats}, {@code POST /quit}; bound to loopback only. */
    public static final int ADMIN_PORT = 15021;

    /**
     * Names the file that the sidecar writes the token for {@code POST /quit} to, in a folder that it shares with the app; not
     * set where the cluster ends sidecars itself.
     */
    public static final String QUIT_TOKEN_VARIABLE = "REDISROLES_QUIT_TOKEN_FILE";

    /** The injected container. */
    public static final String SIDECAR_CONTAINER = "redisroles-sidecar";

    /** The injected init container that sends the app's ports to the sidecar, where interception is Redirect. */
    public static final String REDIRECT_CONTAINER = "redisroles-redirect";

    /** The user that the injected sidecar runs as; no container of the app may have it. */
    public static final int SIDECAR_UID = 15001;

    private ContractPaths() {}

    /** The port on which the sidecar stands in for the intercepted port at {@code index}, 0 to 15. */
    public static int inboundPort(int index) {
        return INBOUND_PORT + index;
    }

    /** Whether the sidecar needs this port of the pod for itself, so that no container of the app may have it. */
    public static boolean isReserved(int port) {
        return (port >= INBOUND_PORT && port < inboundPort(PodSection.MAX_PORTS))
                || port == PROBE_PORT
                || port == ADMIN_PORT;
    }

    /** The kubelet's path for a probe of the app that was moved to {@link #PROBE_PORT}. */
    public static String appProbePath(String key) {
        return "/app/" + key;
    }

    /**
     * Asked by the sidecar's preStop hook on {@link #PROBE_PORT}: clients are told to connect elsewhere, and served until then.
     */
    public static final String DRAIN_PATH = "/drain";

    /** The file, and Secret key, with the password that the sidecar uses for {@code store}. */
    public static String passwordKey(StoreName store) {
        return store.jsonName() + ".password";
    }

    /**
     * The file, and Secret key, with whom the sidecar believes about the certificate of {@code store}, PEM; there only where its
     * connections are encrypted.
     */
    public static String authorityKey(StoreName store) {
        return store.jsonName() + ".ca.crt";
    }

    /**
     * The file, and Secret key, with the certificate by which the sidecar is let in to {@code store}, and its private key, PEM;
     * there only where connections are encrypted, and empty where Redis asks for no certificate.
     */
    public static String identityKey(StoreName store) {
        return store.jsonName() + ".client.pem";
    }

    /** The file of one key of the Secret with an issuer's public keys. */
    public static String jwksFile(String key) {
        return JWKS_DIRECTORY + "/" + key;
    }
}
