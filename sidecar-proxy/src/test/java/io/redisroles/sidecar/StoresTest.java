package io.redisroles.sidecar;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.redisroles.contract.StoreName;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import io.redisroles.sidecar.transport.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class StoresTest {
    private static final String CONFIG = """
            version: 1
            static:
              inbound: 127.0.0.1:15001
              upstream: 127.0.0.1:8080
              probes: 127.0.0.1:15020
              admin: 127.0.0.1:15021
              stores:
                limits: {role: gateway, address: "127.0.0.1:6379", database: 0, username: _policy.web, passwordFile: FOLDER/limits.password}
                sessions: {role: gateway, address: "127.0.0.1:6379", database: 0, username: _policy.web, passwordFile: FOLDER/sessions.password}
                sockets: {role: socket, address: "127.0.0.1:6380", database: 0, username: _policy.web, passwordFile: FOLDER/sockets.password}
              identifierKeyFile: FOLDER/identifier.key
              storeTimeout: 250ms
              upstreamTimeout: 30s
              answerSource: false
              opaque: []
              savings: {denyCache: true, leases: true, sessionCache: true}
            policy:
              namespace: caas
              name: web
              revision: 1
              unmatched: Deny
              identifiers: Hashed
              client: {trustedProxies: [], ipv6Prefix: 64, proxyProtocol: false}
              session:
                sources: [{kind: COOKIE, name: sid}]
                prefix: "session:"
                tokenPrefix: "auth:token:"
                apiKeyPrefix: "apikey:"
                idleTimeout: 30m
                maxLifetime: 24h
                createdField: created_at
                jwt: {type: Disabled}
                csrf: {mode: Disabled, trustedOrigins: []}
              tier: {field: tier, defaultTier: free}
              newSubjectsPerSecond: 1000
              liveSidecars: 1
              rules: []
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    Path folder;

    private final EventLoopGroup loops = Transport.here().loops(1);
    private final EventExecutorGroup background = new DefaultEventExecutorGroup(1);
    private final RedisRuntime runtime = new RedisRuntime(loops, background);

    @AfterEach
    void stop() {
        runtime.close();
        var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        var unusedToo = background.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Test
    void whatOneUserKeepsInOneRedisGoesOverOneConnectionThoughEachUseHasAPasswordFile() throws IOException {
        // When
        Stores stores = stores(CONFIG);

        // Then
        assertThat(stores.find(StoreName.SESSIONS)).isPresent().isEqualTo(stores.find(StoreName.LIMITS));
        assertThat(stores.find(StoreName.SOCKETS)).isPresent().isNotEqualTo(stores.find(StoreName.LIMITS));
    }

    private Stores stores(String yaml) throws IOException {
        Files.writeString(folder.resolve("identifier.key"), "A".repeat(43));
        Path file = Files.writeString(folder.resolve("sidecar.yaml"), yaml.replace("FOLDER", folder.toString()));
        return Stores.prepare(LoadedConfig.read(file), Settings.from(Map.of()), runtime, new ProxyMetrics());
    }
}
