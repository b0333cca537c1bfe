package io.redisroles.images;

import com.google.cloud.tools.jib.api.Jib;
import java.io.IOException;
import java.nio.file.Path;

/** What the operator's image consists of. */
final class OperatorFiles {
    private static final String JAR = "/app/operator.jar";
    private static final String OPTIONS = "/app/operator.options";

    private OperatorFiles() {}

    /** Places what the operator's module has built beside the JVM that is there. */
    static void place(Path checkout, FileTree tree) throws IOException {
        Path module = checkout.resolve("operator");
        Path target = module.resolve("target");
        tree.copyAll(target.resolve("lib"), "/app/lib");
        tree.copy(target.resolve("operator.jar"), JAR);
        tree.copy(module.resolve("src/main/jvm/operator.options"), OPTIONS);
    }

    static ImageTar image(FileTree tree) throws IOException {
        return new ImageTar(
                        "lab.local/redis-roles-operator:dev",
                        Jib.fromScratch()
                                .setUser("10001:10001")
                                .setEntrypoint(Jdk.RUNTIME + "/bin/java", "@" + OPTIONS, "-jar", JAR))
                .layer("runtime", tree, path -> !path.startsWith("/app/"))
                .layer("libraries", tree, path -> path.startsWith("/app/lib/") && !path.contains("redis-roles"))
                .layer(
                        "operator",
                        tree,
                        path -> path.startsWith("/app/")
                                && (!path.startsWith("/app/lib/") || path.contains("redis-roles")));
    }
}
