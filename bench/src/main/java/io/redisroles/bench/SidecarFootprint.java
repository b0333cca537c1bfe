package io.redisroles.bench;

import io.redisroles.images.TrainingApp;
import io.redisroles.redisprocess.ScratchFolder;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints how long a sidecar takes from start to its first answer while Redis is there, how much memory it has resident when it
 * then idles, and what a request with a session and a limit allocates; on JDK 25 and later also with an AOT cache (JEP 514),
 * which one run before makes. Arguments: the checkout's folder, how often to start it, and the java commands to try (this JVM's
 * own if none).
 */
public final class SidecarFootprint {
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final int FIRST_WITH_AOT_CACHE = 25;
    private static final int MEASURED_REQUESTS = 20_000;

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
        System.out.println("| JVM | starts | to first answer, median ms | worst ms | resident idle, median MiB |"
                + " heap bytes a request, median |");
        System.out.println("|---|---|---|---|---|---|");
        try (ScratchRedis redis = ScratchRedis.start();
                TrainingApp app = TrainingApp.start()) {
            for (String java : javas) {
                int port = app.port();
                print(java, "", List.of(), starts, home, redis, port);
                if (MeasuredSidecar.feature(java) >= FIRST_WITH_AOT_CACHE) {
                    ScratchFolder training = ScratchFolder.create("sidecar-aot-");
                    try {
                        Path cache = SidecarTraining.train(java, training.root(), home, redis, port);
                        print(java, ", AOT cache", List.of("-XX:AOTCache=" + cache), starts, home, redis, port);
                    } finally {
                        training.delete();
                    }
                }
            }
        }
    }

    private static void print(
            String java, String how, List<String> options, int starts, Path home, ScratchRedis redis, int appPort)
            throws IOException {
        List<Double> millis = new ArrayList<>();
        List<Double> mebibytes = new ArrayList<>();
        List<Double> allocated = new ArrayList<>();
        for (int i = 0; i < starts; i++) {
            ScratchFolder folder = ScratchFolder.create("sidecar-bench-");
            try (MeasuredSidecar sidecar = MeasuredSidecar.start(java, options, home, folder.root(), redis, appPort)) {
                millis.add(sidecar.millisToFirstAnswer());
                mebibytes.add(sidecar.residentAfter(IDLE));
                allocated.add(sidecar.allocatedBy(MEASURED_REQUESTS));
            } finally {
                folder.delete();
            }
        }
        millis.sort(Double::compare);
        mebibytes.sort(Double::compare);
        allocated.sort(Double::compare);
        System.out.printf(
                Locale.ROOT,
                "| %s%s | %d | %.0f | %.0f | %.1f | %.0f |%n",
                MeasuredSidecar.version(java),
                how,
                starts,
                millis.get(starts / 2),
                millis.get(starts - 1),
                mebibytes.get(starts / 2),
                allocated.get(starts / 2));
    }
}
