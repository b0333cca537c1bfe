package io.redisroles.images;

import com.google.cloud.tools.jib.api.Jib;
import java.io.IOException;
import java.nio.file.Path;

/** What the sample app's image consists of; it listens on every address, port 8080. */
final class SampleAppFiles {
    private SampleAppFiles() {}

    static void place(Path checkout, FileTree runtime, FileTree tree) throws IOException {
        Path target = checkout.resolve("samples/app/target");
        tree.copyAll(runtime.root(), "");
        tree.copyAll(target.resolve("lib"), "/app/lib");
        tree.copy(target.resolve("sample-app.jar"), "/app/sample-app.jar");
    }

    static ImageTar image(FileTree tree) throws IOException {
        return new ImageTar(
                        "lab.local/redis-roles-sample-app:dev",
                        Jib.fromScratch()
                                .setUser("10002:10002")
                                .setEntrypoint(
                                        Jdk.RUNTIME + "/bin/java",
                                        "-XX:+UseSerialGC",
                                        "-XX:-UsePerfData",
                                        "-Xmx64m",
                                        "-jar",
                                        "/app/sample-app.jar",
                                        "--host",
                                        "0.0.0.0",
                                        "--port",
                                        "8080"))
                .layer("runtime", tree, path -> !path.startsWith("/app/"))
                .layer("libraries", tree, path -> path.startsWith("/app/lib/"))
                .layer("app", tree, path -> path.startsWith("/app/") && !path.startsWith("/app/lib/"));
    }
}
