package io.redisroles.images;

import io.redisroles.redisprocess.ScratchFolder;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One life of a sidecar with a real Redis and an app, in a pod's shape: started, probed, asked as usually, ended. */
record TrainingRun(FileTree tree) {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(20).toNanos();

    private static final String CONFIG = """
            version: 1
            static:
              inbound: 127.0.0.1:0
              upstream: 127.0.0.1:1
              probes: 127.0.0.1:%1$d
              admin: 127.0.0.1:0
              stores: {}
              identifierKeyFile: %2$s
              storeTimeout: 30s
              upstreamTimeout: 30s
              answerSource: false
              opaque: []
              savings: {denyCache: true, leases: true, sessionCache: true}
            policy:
              namespace: training
              name: training
              revision: 1
              unmatched: Deny
              identifiers: Hashed
              client: {trustedProxies: [], ipv6Prefix: 64, proxyProtocol: false}
              session:
                sources: [{kind: COOKIE, name: sid}, {kind: BEARER_TOKEN, name: Authorization}]
                prefix: "session:"
                tokenPrefix: "auth:token:"
                idleTimeout: 30m
                maxLifetime: 24h
                createdField: created_at
                apiKeyPrefix: "apikey:"
                jwt: {type: Disabled}
                csrf: {mode: CrossOrigin, trustedOrigins: []}
              tier: {field: tier, defaultTier: free}
              newSubjectsPerSecond: 1000
              liveSidecars: 1
              rules:
              - name: all
                paths: ["/**"]
                methods: []
                session: Optional
                onSessionStoreFailure: Deny
                limits: [{name: all, by: [user, rule], amount: {requests: 100000, burst: 100000}, algorithm: {type: SlidingWindow, per: 1m}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            """;
    private static final String POD = "{\"inbound\":[{\"listen\":%1$d,\"app\":%2$d}],\"probes\":{\"app/readiness\":"
            + "{\"type\":\"HttpGet\",\"port\":%2$d,\"path\":\"/\",\"headers\":[],\"timeout\":\"1s\"}}}";

    /** Writes what the JVM has learnt to {@code cache}. */
    void make(Path cache) throws IOException {
        ScratchFolder folder = ScratchFolder.create("training-");
        try (ScratchRedis redis = ScratchRedis.start();
                TrainingApp app = TrainingApp.start()) {
            TrainingLoad.logIn(redis.host(), redis.port());
            Path log = folder.root().resolve("sidecar.log");
            int inbound = freePort();
            int probes = freePort();
            Process sidecar = start(cache, folder.root(), log, redis, probes, inbound, app.port());
            try {
                exercise(sidecar, probes, inbound, log);
                end(sidecar);
            } finally {
                sidecar.destroyForcibly();
            }
            if (!Files.isRegularFile(cache)) {
                throw new IOException("the training run wrote no AOT cache: " + Files.readString(log));
            }
        } finally {
            folder.delete();
        }
    }

    private Process start(Path cache, Path folder, Path log, ScratchRedis redis, int probes, int inbound, int app)
            throws IOException {
        Path key = Files.writeString(folder.resolve("identifier.key"), "A".repeat(43));
        Path config = Files.writeString(folder.resolve("sidecar.yaml"), CONFIG.formatted(probes, key));
        ProcessBuilder builder = new ProcessBuilder(
                        tree.at(Jdk.RUNTIME + "/bin/java").toString(),
                        "@" + tree.at(SidecarFiles.OPTIONS),
                        "-XX:AOTCacheOutput=" + cache,
                        "-Djava.library.path=" + tree.at(SidecarFiles.NATIVE),
                        "-jar",
                        tree.at(SidecarFiles.JAR).toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("REDISROLES_CONFIG", config.toString());
        builder.environment().put("REDISROLES_POD", POD.formatted(inbound, app));
        builder.environment().put("REDIS_URL", redis.url());
        return builder.start();
    }

    private static void exercise(Process sidecar, int probes, int inbound, Path log) throws IOException {
        long started = System.nanoTime();
        while (status(probes, "/healthz/ready") != HttpURLConnection.HTTP_OK) {
            if (!sidecar.isAlive() || System.nanoTime() - started > LIMIT.toNanos()) {
                throw new IOException("the sidecar did not become ready: " + Files.readString(log));
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        try {
            TrainingLoad.run(inbound);
        } catch (IOException e) {
            throw new IOException("the training failed; the sidecar's log: " + Files.readString(log), e);
        }
        for (String path : List.of("/healthz/live", "/metrics", "/app/app/readiness")) {
            if (status(probes, path) / 100 != 2) {
                throw new IOException(path + " was not answered 2xx: " + Files.readString(log));
            }
        }
    }

    private static void end(Process sidecar) throws IOException {
        sidecar.destroy();
        try {
            if (!sidecar.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the trained sidecar did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** 0 while nobody answers. */
    private static int status(int port, String path) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            connection.setReadTimeout((int) LIMIT.toMillis());
            return connection.getResponseCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
