package io.redisroles.bench;

import io.redisroles.images.TrainingApp;
import io.redisroles.images.TrainingLoad;
import io.redisroles.redisprocess.ScratchFolder;
import io.redisroles.redisprocess.ScratchRedis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Makes an AOT cache (JEP 514) of the built sidecar as its image has one: by a run with the same requests. Arguments: the
 * checkout's folder, a java command of JDK 25 or later, the file to write.
 */
public final class SidecarTraining {
    private SidecarTraining() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("expected: the checkout's folder, a java command, the file to write");
            System.exit(2);
        }
        Path home = Path.of(arguments[0]).toAbsolutePath().normalize();
        ScratchFolder folder = ScratchFolder.create("sidecar-aot-");
        try (ScratchRedis redis = ScratchRedis.start();
                TrainingApp app = TrainingApp.start()) {
            Path cache = train(arguments[1], folder.root(), home, redis, app.port());
            Files.move(cache, Path.of(arguments[2]), StandardCopyOption.REPLACE_EXISTING);
        } finally {
            folder.delete();
        }
    }

    /** The cache, a file in {@code folder}. */
    static Path train(String java, Path folder, Path home, ScratchRedis redis, int appPort) throws IOException {
        Path cache = folder.resolve("sidecar.aot");
        TrainingLoad.logIn(redis.host(), redis.port());
        try (MeasuredSidecar sidecar =
                MeasuredSidecar.start(java, List.of("-XX:AOTCacheOutput=" + cache), home, folder, redis, appPort)) {
            TrainingLoad.run(sidecar.port());
        }
        if (!Files.isRegularFile(cache)) {
            throw new IOException("no AOT cache was written: " + Files.readString(folder.resolve("sidecar.log")));
        }
        return cache;
    }
}
