package io.redisroles.bench.scale;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The operator as its users run it: a process of its own with the image's JVM options, the chart's settings, and the rights of
 * its ServiceAccount. The container's memory limit is told to the JVM, which sizes its heap by it. One thread.
 */
final class OperatorProcess implements AutoCloseable {
    private static final Pattern HISTOGRAM_TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern COMPLAINT = Pattern.compile("^\\S+ (WARN|ERROR) ");
    private static final int COMPLAINTS = 20;
    private static final double TICKS_PER_SECOND = 100;
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Process process;
    private final String java;
    private final int healthPort;
    private final long started;

    private OperatorProcess(Process process, String java, int healthPort, long started) {
        this.process = process;
        this.java = java;
        this.healthPort = healthPort;
        this.started = started;
    }

    static OperatorProcess start(
            ScaleOptions options, InstalledChart chart, Config server, Path directory, Orphans orphans)
            throws IOException {
        int healthPort = freePort();
        List<String> command = new ArrayList<>(List.of(options.java(), "-XX:MaxRAM=" + chart.memoryLimit()));
        command.add("@" + options.home().resolve("operator/src/main/jvm/operator.options"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.redisroles.operator.Main"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log(directory).toFile()));
        builder.environment().putAll(chart.environment());
        builder.environment().put("OPERATOR_NAMESPACE", InstalledChart.NAMESPACE);
        builder.environment().put("POD_NAME", "redis-roles-operator-0");
        builder.environment().put("HEALTH_PORT", String.valueOf(healthPort));
        builder.environment().put("WEBHOOK_PORT", String.valueOf(freePort()));
        builder.environment()
                .put("KUBECONFIG", kubeconfig(server, chart.token(), directory).toString());
        long started = System.nanoTime();
        Process process = builder.start();
        orphans.add(process.pid());
        return new OperatorProcess(process, options.java(), healthPort, started);
    }

    /** Where it writes. */
    static Path log(Path directory) {
        return directory.resolve("operator.log");
    }

    /** The first warnings and errors that it wrote. */
    static List<String> complaints(Path directory) throws IOException {
        try (Stream<String> lines = Files.lines(log(directory))) {
            return lines.filter(line -> COMPLAINT.matcher(line).find())
                    .limit(COMPLAINTS)
                    .toList();
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it says that it is ready. */
    boolean isReady() {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + healthPort + "/readyz")
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout((int) ANSWER.toMillis());
            connection.setReadTimeout((int) ANSWER.toMillis());
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    /** Since the process was started. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    /** Resident memory, MiB. */
    double resident() {
        return status("VmRSS:");
    }

    /** The most that was ever resident, MiB. */
    double peak() {
        return status("VmHWM:");
    }

    /** CPU time used since the start, seconds. */
    double cpuSeconds() {
        String stat = read("stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    /** What lives on the heap, MiB; the JVM collects before it counts. */
    double liveHeap() {
        Matcher total = HISTOGRAM_TOTAL.matcher(jcmd("GC.class_histogram"));
        if (!total.find()) {
            throw new IllegalStateException("jcmd tells no total");
        }
        return Double.parseDouble(total.group(1)) / (1 << 20);
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

    private double status(String field) {
        return read("status")
                .lines()
                .filter(line -> line.startsWith(field))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    private String read(String file) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(process.pid()), file));
        } catch (IOException e) {
            throw new UncheckedIOException("the operator has ended", e);
        }
    }

    private String jcmd(String command) {
        try {
            Process jcmd = new ProcessBuilder(
                            Path.of(java).resolveSibling("jcmd").toString(), String.valueOf(process.pid()), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("jcmd is not beside " + java, e);
        }
    }

    private static Path kubeconfig(Config server, String token, Path directory) throws IOException {
        Path file = directory.resolve("kubeconfig");
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return Files.writeString(file, """
                apiVersion: v1
                kind: Config
                clusters: [{name: bench, cluster: {server: "%s", certificate-authority: "%s"}}]
                users: [{name: operator, user: {token: "%s"}}]
                contexts: [{name: bench, context: {cluster: bench, user: operator}}]
                current-context: bench
                """.formatted(server.getMasterUrl(), server.getCaCertFile(), token));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
