package io.redisroles.bench;

import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.bench.policy.MeasuredPolicy;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.SessionFailure;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.SubjectPart;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One sidecar process that checks a session and decides by a limit of its user, both in a real Redis. One thread. */
final class MeasuredSidecar implements AutoCloseable {
    private static final String TOKEN = "of-the-benchmark";
    private static final Duration SESSION = Duration.ofMinutes(30);
    private static final Pattern EDEN = Pattern.compile("Eden: (\\d+)K\\(");
    private static final int FEWEST_COLLECTIONS = 20;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_EVERY_NANOS = Duration.ofMillis(2).toNanos();

    private final Process process;
    private final int port;
    private final Path collections;
    private final double millisToFirstAnswer;

    private MeasuredSidecar(Process process, int port, Path collections, double millisToFirstAnswer) {
        this.process = process;
        this.port = port;
        this.collections = collections;
        this.millisToFirstAnswer = millisToFirstAnswer;
    }

    static MeasuredSidecar start(
            String java, List<String> options, Path home, Path folder, ScratchRedis redis, int appPort)
            throws IOException {
        logIn(redis);
        int port = freePort();
        Path collections = folder.resolve("gc.log");
        Path config = Files.writeString(folder.resolve("sidecar.yaml"), config(folder, port, appPort));
        Files.writeString(folder.resolve("identifier.key"), "A".repeat(43));
        Path module = home.resolve("sidecar-proxy");
        List<String> command = new ArrayList<>();
        command.add(java);
        command.add("@" + module.resolve("src/main/jvm/sidecar.options"));
        command.addAll(options);
        command.add("-Xlog:gc+heap:file=" + collections + "::filecount=0");
        command.add("-jar");
        command.add(module.resolve("target/sidecar-proxy.jar").toString());
        ProcessBuilder builder = new ProcessBuilder(command)
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
        return new MeasuredSidecar(process, port, collections, (System.nanoTime() - started) / 1e6);
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

    /** The feature release of {@code java}, for example 25; 0 if it does not say. */
    static int feature(String java) throws IOException {
        String digits = version(java).replaceAll("^\\D*(\\d+).*$", "$1");
        return digits.matches("\\d{1,4}") ? Integer.parseInt(digits) : 0;
    }

    int port() {
        return port;
    }

    /** Makes so many requests, one after the other. */
    void exercise(int requests) throws IOException {
        for (int i = 0; i < requests; i++) {
            if (!answers(port)) {
                throw new IOException("request " + i + " was not answered");
            }
        }
    }

    /**
     * Makes requests, and tells what each allocated on the heap, in bytes: what eden held whenever it was collected.
     *
     * @throws IOException also if there were too few for many collections
     */
    double allocatedBy(int requests) throws IOException {
        int before = edens().size();
        exercise(requests);
        List<Long> edens = edens();
        List<Long> collected = edens.subList(before, edens.size());
        if (collected.size() < FEWEST_COLLECTIONS) {
            throw new IOException(requests + " requests made " + collected.size() + " collections (expected: at least "
                    + FEWEST_COLLECTIONS + ")");
        }
        return collected.stream().mapToLong(Long::longValue).sum() * 1024.0 / requests;
    }

    private List<Long> edens() throws IOException {
        return Files.readAllLines(collections).stream()
                .map(EDEN::matcher)
                .filter(Matcher::find)
                .map(eden -> Long.valueOf(eden.group(1)))
                .toList();
    }

    /** Leaves a session in Redis as a service does that issues opaque tokens. */
    private static void logIn(ScratchRedis redis) {
        RedisClient client = RedisClient.create(redis.url());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().set("auth:token:" + sha256(TOKEN), "ada", SetArgs.Builder.ex(SESSION));
        } finally {
            client.shutdown();
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
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
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
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
            connection.setRequestProperty("Authorization", "Bearer " + TOKEN);
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
                                true,
                                List.of(),
                                StaticSection.Savings.ALL),
                        policy()));
    }

    private static PolicySection policy() {
        return MeasuredPolicy.of(List.of(new PolicySection.Rule(
                "all",
                List.of(),
                List.of(),
                SessionRequirement.REQUIRED,
                SessionFailure.DENY,
                List.of(PolicySection.Limit.slidingWindow(
                        "all", List.of(SubjectPart.USER), 1_000_000, Duration.ofMinutes(1))))));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
