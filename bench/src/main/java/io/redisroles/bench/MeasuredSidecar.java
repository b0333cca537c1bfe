package io.redisroles.bench;

import io.redisroles.contract.Endpoint;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.OnStoreFailure;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.SubjectPart;
import io.redisroles.contract.Unmatched;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One sidecar process that decides by a limit in a real Redis. One thread. */
final class MeasuredSidecar implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(2).toNanos();

    private final Process process;
    private final double millisToFirstAnswer;

    private MeasuredSidecar(Process process, double millisToFirstAnswer) {
        this.process = process;
        this.millisToFirstAnswer = millisToFirstAnswer;
    }

    static MeasuredSidecar start(String java, Path home, Path folder, ScratchRedis redis, int appPort)
            throws IOException {
        int port = freePort();
        Path config = Files.writeString(folder.resolve("sidecar.yaml"), config(folder, port, appPort));
        Files.writeString(folder.resolve("identifier.key"), "A".repeat(43));
        Path module = home.resolve("sidecar-proxy");
        ProcessBuilder builder = new ProcessBuilder(
                        java,
                        "@" + module.resolve("src/main/jvm/sidecar.options"),
                        "-jar",
                        module.resolve("target/sidecar-proxy.jar").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("sidecar.log").toFile());
        builder.environment().put("REDISROLES_CONFIG", config.toString());
        builder.environment().put("REDIS_URL", redis.url());
        long started = System.nanoTime();
        Process process = builder.start();
        while (!answers(port)) {
            if (!process.isAlive() || System.nanoTime() - started > LIMIT.toNanos()) {
                process.destroyForcibly();
                throw new IOException("no answer: " + Files.readString(folder.resolve("sidecar.log")));
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        return new MeasuredSidecar(process, (System.nanoTime() - started) / 1e6);
    }

    /** What {@code java} says of itself. */
    static String version(String java) throws IOException {
        Process process =
                new ProcessBuilder(java, "-version").redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse(java);
    }

    double millisToFirstAnswer() {
        return millisToFirstAnswer;
    }

    /** Resident memory after doing nothing for {@code idle}, in MiB. */
    double residentAfter(Duration idle) throws IOException {
        LockSupport.parkNanos(idle.toNanos());
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean answers(int port) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
            connection.setReadTimeout((int) LIMIT.toMillis());
            return connection.getResponseCode() == HttpURLConnection.HTTP_NO_CONTENT;
        } catch (IOException e) {
            return false;
        }
    }

    private static String config(Path folder, int port, int appPort) throws IOException {
        return new SidecarConfigCodec()
                .write(new SidecarConfig(
                        SidecarConfig.VERSION,
                        new StaticSection(
                                new Endpoint("127.0.0.1", port),
                                new Endpoint("127.0.0.1", appPort),
                                new Endpoint("127.0.0.1", freePort()),
                                new Endpoint("127.0.0.1", freePort()),
                                Map.of(),
                                folder.resolve("identifier.key").toString(),
                                Duration.ofMillis(250),
                                Duration.ofSeconds(30),
                                true),
                        policy()));
    }

    private static PolicySection policy() {
        return new PolicySection(
                "bench",
                "bench",
                1,
                Unmatched.DENY,
                Identifiers.HASHED,
                new PolicySection.Client(List.of(), 64),
                new PolicySection.Session(
                        List.of(new PolicySection.SessionSource(PolicySection.SessionSource.Kind.COOKIE, "sid")),
                        "session:",
                        "auth:token:",
                        Duration.ofMinutes(30),
                        Duration.ofHours(24),
                        "created_at"),
                new PolicySection.Tier("tier", "free"),
                1,
                List.of(new PolicySection.Rule(
                        "all",
                        List.of(),
                        List.of(),
                        SessionRequirement.NONE,
                        List.of(new PolicySection.Limit(
                                "all",
                                List.of(SubjectPart.IP),
                                1_000_000,
                                Duration.ofMinutes(1),
                                1,
                                Map.of(),
                                OnStoreFailure.DENY)))));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
