package io.redisroles.sidecar;

import io.redisroles.contract.ConfigException;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;

/**
 * Starts the proxy; the only class that reads the environment. Exit codes: 0 after SIGTERM or {@code POST /quit}, 2 for a bad
 * configuration.
 */
public final class Main {
    private static final int BAD_CONFIGURATION = 2;

    private Main() {}

    public static void main(String[] arguments) {
        try {
            Settings settings = Settings.from(System.getenv());
            ProxyServer server = ProxyServer.start(LoadedConfig.read(settings.configFile()), settings);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
            // As SIGTERM does; on a thread of its own, because the hook waits for the one that tells us.
            server.askedToQuit().thenRun(() -> new Thread(() -> System.exit(0), "quit").start());
        } catch (ConfigException e) {
            System.err.println("sidecar-proxy: " + e.getMessage());
            System.exit(BAD_CONFIGURATION);
        }
    }

    private static void stop(ProxyServer server) {
        server.close();
        // Without this a JVM that was asked to end by SIGTERM exits with 143.
        Runtime.getRuntime().halt(0);
    }
}
