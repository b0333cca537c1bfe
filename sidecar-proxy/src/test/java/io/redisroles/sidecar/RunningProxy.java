package io.redisroles.sidecar;

import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/** A proxy in this JVM, before a {@link TestApp}, with a Redis of its own. */
public final class RunningProxy implements AutoCloseable {
    /** Long, because a store that is merely slow on a busy machine is not the subject of most tests. */
    public static final String PATIENT = "20s";

    private static final String STATIC = """
            version: 1
            static:
              inbound: 127.0.0.1:0
              upstream: 127.0.0.1:%d
              probes: 127.0.0.1:0
              admin: 127.0.0.1:0
              stores: {}
              identifierKeyFile: %s
              storeTimeout: %s
              upstreamTimeout: %s
              answerSource: true
            """;
    private static final String POLICY = """
            policy:
              namespace: caas
              name: gateway
              revision: 1
              unmatched: Deny
              identifiers: Plain
              client: {trustedProxies: [], ipv6Prefix: 64}
              session:
                sources: [{kind: COOKIE, name: sid}, {kind: HEADER, name: X-Session-Id}, {kind: BEARER_TOKEN, name: Authorization}]
                prefix: "session:"
                tokenPrefix: "auth:token:"
                idleTimeout: 30m
                maxLifetime: 24h
                createdField: created_at
              tier: {field: tier, defaultTier: free}
              liveSidecars: 2
              rules:
            """;

    public final ScratchRedis redis;
    public final TestApp app = new TestApp();
    public final ProxyServer server;

    private final Path directory;
    private final String staticSection;

    private RunningProxy(ScratchRedis redis, String storeTimeout, String upstreamTimeout, String rules) {
        try {
            this.redis = redis;
            directory = Files.createTempDirectory("running-proxy-");
            Path key = Files.writeString(directory.resolve("identifier.key"), "A".repeat(43));
            staticSection = STATIC.formatted(app.port(), key, storeTimeout, upstreamTimeout);
            writeConfig(staticSection + POLICY + rules.indent(2));
            server = ProxyServer.start(
                    LoadedConfig.read(configFile()),
                    Settings.from(Map.of("REDISROLES_CONFIG", configFile().toString(), "REDIS_URL", redis.url())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts everything; {@code rules} is a YAML list. */
    public static RunningProxy start(String rules) {
        return start(PATIENT, "20s", rules);
    }

    public static RunningProxy start(String storeTimeout, String upstreamTimeout, String rules) {
        return new RunningProxy(
                ScratchRedis.start("--save", "", "--appendonly", "no"), storeTimeout, upstreamTimeout, rules);
    }

    public InetSocketAddress address() {
        return server.inbound();
    }

    public String get(String path, String... fields) {
        return RawClient.get(address(), path, fields);
    }

    public String metrics() {
        return RawClient.get(server.probes(), "/metrics");
    }

    /** Replaces the rules in the configuration file, as a ConfigMap's update does: all at once. */
    public void reload(String rules) {
        writeConfig(staticSection + POLICY + rules.indent(2));
    }

    /** Replaces the whole configuration file. */
    public void writeConfig(String yaml) {
        try {
            Path fresh = Files.writeString(directory.resolve("fresh.yaml"), yaml);
            Files.move(fresh, configFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String config() {
        return new SidecarConfigCodec().write(LoadedConfig.read(configFile()).config());
    }

    private Path configFile() {
        return directory.resolve("sidecar.yaml");
    }

    @Override
    public void close() {
        server.close();
        app.close();
        redis.close();
    }
}
