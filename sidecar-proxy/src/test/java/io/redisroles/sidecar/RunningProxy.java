package io.redisroles.sidecar;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.redisroles.contract.ConfigException;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.redisprocess.ScratchFolder;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;
import io.redisroles.sidecar.http.Timeouts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/** A proxy in this JVM, before a {@link TestApp}, with a Redis of its own. */
public final class RunningProxy implements AutoCloseable {
    /** Long, because a store that is merely slow on a busy machine is not the subject of most tests. */
    public static final String PATIENT = "20s";

    private static final String STATIC = """
            version: 1
            static:
              inbound: 127.0.0.1:0
              upstream: 127.0.0.1:%d
              probes: 127.0.0.1:%d
              admin: 127.0.0.1:0
              stores: {}
              identifierKeyFile: %s
              storeTimeout: %s
              upstreamTimeout: %s
              answerSource: true
              opaque: []
              savings: {denyCache: true, leases: true, sessionCache: true}
            """;
    private static final String POLICY = """
            policy:
              namespace: caas
              name: gateway
              revision: 1
              unmatched: Deny
              identifiers: Plain
              client: {trustedProxies: [], ipv6Prefix: 64, proxyProtocol: false}
              session:
                sources: [{kind: COOKIE, name: sid}, {kind: HEADER, name: X-Session-Id}, {kind: BEARER_TOKEN, name: Authorization}]
                prefix: "session:"
                tokenPrefix: "auth:token:"
                idleTimeout: 30m
                maxLifetime: 24h
                createdField: created_at
                apiKeyPrefix: "apikey:"
                jwt: {type: Disabled}
                csrf: {mode: Disabled, trustedOrigins: []}
              tier: {field: tier, defaultTier: free}
              newSubjectsPerSecond: 1000000
              liveSidecars: 2
              rules:
            """;

    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

    /**
     * Where Lettuce makes the one buffer of a connection; it is given back when the channel leaves its loop, which one that is
     * being made while its loop ends never does.
     */
    private static final String OF_A_CONNECTION = "io.lettuce.core.protocol.CommandHandler.channelRegistered";

    static {
        ByteBufUtil.setLeakListener((type, records) -> {
            if (!records.contains(OF_A_CONNECTION)) {
                LEAKS.add(type + records);
            }
        });
    }

    public final ScratchRedis redis;
    public final TestApp app = new TestApp();
    public final ProxyServer server;

    private final boolean ownsRedis;
    private final ScratchFolder folder;
    private final Path directory;
    private final String staticSection;

    private RunningProxy(
            ScratchRedis redis,
            boolean ownsRedis,
            String storeTimeout,
            String upstreamTimeout,
            String rules,
            int probes,
            Map<String, String> environment) {
        this(
                redis,
                ownsRedis,
                storeTimeout,
                upstreamTimeout,
                rules,
                probes,
                environment,
                UnaryOperator.identity(),
                Optional.empty());
    }

    private RunningProxy(
            ScratchRedis redis,
            boolean ownsRedis,
            String storeTimeout,
            String upstreamTimeout,
            String rules,
            int probes,
            Map<String, String> environment,
            UnaryOperator<String> edit,
            Optional<Timeouts> timeouts) {
        try {
            this.redis = redis;
            this.ownsRedis = ownsRedis;
            folder = ScratchFolder.create("running-proxy-");
            directory = folder.root();
            Path key = Files.writeString(directory.resolve("identifier.key"), "A".repeat(43));
            staticSection = STATIC.formatted(app.port(), probes, key, storeTimeout, upstreamTimeout);
            writeConfig(edit.apply(staticSection + POLICY + rules.indent(2)));
            Map<String, String> variables =
                    new HashMap<>(Map.of("REDISROLES_CONFIG", configFile().toString(), "REDIS_URL", redis.url()));
            variables.putAll(environment);
            LoadedConfig config = LoadedConfig.read(configFile());
            Settings settings = Settings.from(variables);
            server = timeouts.isPresent()
                    ? ProxyServer.start(config, settings, timeouts.get())
                    : ProxyServer.start(config, settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ConfigException e) {
            app.close();
            redis.close();
            throw e;
        }
    }

    /** Starts everything; {@code rules} is a YAML list. */
    public static RunningProxy start(String rules) {
        return start(PATIENT, "20s", rules);
    }

    public static RunningProxy start(String storeTimeout, String upstreamTimeout, String rules) {
        return new RunningProxy(scratch(), true, storeTimeout, upstreamTimeout, rules, 0, Map.of());
    }

    /** Starts everything with {@code environment} on top of what it needs. */
    public static RunningProxy start(Map<String, String> environment, String rules) {
        return new RunningProxy(scratch(), true, PATIENT, "20s", rules, 0, environment);
    }

    /** As above, with probes on a known port. */
    public static RunningProxy start(Map<String, String> environment, int probes, String rules) {
        return new RunningProxy(scratch(), true, PATIENT, "20s", rules, probes, environment);
    }

    /** Another sidecar, with an app of its own, on the Redis of this one; to be closed first. */
    public RunningProxy sibling(String rules) {
        return sibling(rules, UnaryOperator.identity());
    }

    /** The same with a configuration file that was changed by hand. */
    public RunningProxy sibling(String rules, UnaryOperator<String> edit) {
        return new RunningProxy(redis, false, PATIENT, "20s", rules, 0, Map.of(), edit, Optional.empty());
    }

    /** Starts it before another app than {@link #app}. */
    public static RunningProxy before(int appPort, String rules) {
        return edited(rules, upstream(appPort));
    }

    /** Starts it with a configuration file that was changed by hand. */
    public static RunningProxy edited(String rules, UnaryOperator<String> edit) {
        return new RunningProxy(scratch(), true, PATIENT, "20s", rules, 0, Map.of(), edit, Optional.empty());
    }

    /** Starts an impatient one before another app than {@link #app}. */
    public static RunningProxy impatient(int appPort, String rules, Timeouts timeouts) {
        return new RunningProxy(
                scratch(), true, PATIENT, "20s", rules, 0, Map.of(), upstream(appPort), Optional.of(timeouts));
    }

    private static UnaryOperator<String> upstream(int port) {
        return text -> text.replaceFirst("upstream: 127.0.0.1:\\d+", "upstream: 127.0.0.1:" + port);
    }

    private static ScratchRedis scratch() {
        return ScratchRedis.start("--save", "", "--appendonly", "no");
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

    /** Waits until the metrics have all of these parts: what is counted after an answer left comes a moment later. */
    public void awaitMetrics(String... parts) {
        Awaitility.await().untilAsserted(() -> assertThat(metrics()).contains(parts));
    }

    /** Replaces the rules in the configuration file, as a ConfigMap's update does: all at once. */
    public void reload(String rules) {
        writeConfig(staticSection + POLICY + rules.indent(2));
    }

    /** Replaces the policy: {@code change} of all but its rules, and the rules. */
    public void reload(UnaryOperator<String> change, String rules) {
        writeConfig(staticSection + change.apply(POLICY) + rules.indent(2));
    }

    /** Replaces the whole configuration file. */
    public void writeConfig(String yaml) {
        replace(configFile(), yaml);
    }

    /** Replaces the file with the keys of the identifiers. */
    public void writeIdentifierKeys(String text) {
        replace(directory.resolve("identifier.key"), text);
    }

    private void replace(Path file, String text) {
        try {
            Path fresh = Files.writeString(directory.resolve("fresh"), text);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String config() {
        return new SidecarConfigCodec().write(LoadedConfig.read(configFile()).config());
    }

    public Path configFile() {
        return directory.resolve("sidecar.yaml");
    }

    /** Ends everything; fails if a buffer was lost on the way (leak detection is paranoid in tests). */
    @Override
    public void close() {
        server.close();
        app.close();
        if (ownsRedis) {
            redis.close();
        }
        try {
            folder.delete();
        } catch (IOException e) {
            throw new UncheckedIOException("left behind: " + directory, e);
        }
        System.gc(); // a lost buffer is noticed when the next one is made after it was collected
        ByteBufAllocator.DEFAULT.buffer().release();
        List<String> leaks = List.copyOf(LEAKS);
        LEAKS.removeAll(leaks);
        if (!leaks.isEmpty()) {
            throw new AssertionError("leaked: " + leaks);
        }
    }
}
