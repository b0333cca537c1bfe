package io.redisroles.bench;

import com.sun.net.httpserver.HttpServer;
import io.redisroles.redisprocess.ScratchFolder;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints how long a sidecar takes from start to its first answer while Redis is there, and how much memory it has resident when
 * it then idles. Arguments: the checkout's folder, how often to start it, and the java commands to try (this JVM's own if none).
 */
public final class SidecarFootprint {
    private static final Duration IDLE = Duration.ofSeconds(5);

    private SidecarFootprint() {}

    public static void main(String[] arguments) throws IOException {
        Path home = Path.of(arguments.length > 0 ? arguments[0] : ".")
                .toAbsolutePath()
                .normalize();
        int starts = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        List<String> javas = arguments.length > 2
                ? List.of(arguments).subList(2, arguments.length)
                : List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        System.out.println("| JVM | starts | to first answer, median ms | worst ms | resident idle, median MiB |");
        System.out.println("|---|---|---|---|---|");
        HttpServer app = app();
        try (ScratchRedis redis = ScratchRedis.start()) {
            for (String java : javas) {
                print(java, starts, home, redis, app.getAddress().getPort());
            }
        } finally {
            app.stop(0);
        }
    }

    private static void print(String java, int starts, Path home, ScratchRedis redis, int appPort) throws IOException {
        List<Double> millis = new ArrayList<>();
        List<Double> mebibytes = new ArrayList<>();
        for (int i = 0; i < starts; i++) {
            ScratchFolder folder = ScratchFolder.create("sidecar-bench-");
            try (MeasuredSidecar sidecar = MeasuredSidecar.start(java, home, folder.root(), redis, appPort)) {
                millis.add(sidecar.millisToFirstAnswer());
                mebibytes.add(sidecar.residentAfter(IDLE));
            } finally {
                folder.delete();
            }
        }
        millis.sort(Double::compare);
        mebibytes.sort(Double::compare);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.0f | %.0f | %.1f |%n",
                MeasuredSidecar.version(java),
                starts,
                millis.get(starts / 2),
                millis.get(starts - 1),
                mebibytes.get(starts / 2));
    }

    private static HttpServer app() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        return server;
    }
}
