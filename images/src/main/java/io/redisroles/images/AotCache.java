package io.redisroles.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * The sidecar's AOT cache (JEP 483 and 514): its classes as they are after a start and some requests. Made with the image's own
 * JVM and jars, because it fits no others. Two training runs give two different caches; one that was kept can be pinned.
 */
record AotCache(FileTree tree) {
    static final String PATH = "/app/sidecar.aot";

    /** Makes it, or takes a pinned one that fits; says aloud if there can be none. */
    void make(Jdk jdk, Optional<Path> pinned) throws IOException {
        if (!jdk.makesAotCaches()) {
            System.out.println("No AOT cache in the sidecar's image, which will take twice as long to start: "
                    + jdk.home() + " is a JDK " + jdk.feature() + " (expected: " + Jdk.FIRST_WITH_AOT_CACHE
                    + " or later; name one in IMAGE_JDK)");
            return;
        }
        Path cache = tree.at(PATH);
        if (pinned.isPresent()) {
            Files.copy(pinned.get(), cache, StandardCopyOption.REPLACE_EXISTING);
        } else {
            new TrainingRun(tree).make(cache);
        }
        Files.setLastModifiedTime(cache, FileTree.TIME);
        check();
    }

    /** The JVM refuses to start with a cache that does not fit, if it is asked to. */
    private void check() throws IOException {
        String problem = "";
        try {
            Program.run(List.of(
                    tree.at(Jdk.RUNTIME + "/bin/java").toString(),
                    "@" + tree.at(SidecarFiles.OPTIONS),
                    "-XX:AOTCache=" + tree.at(PATH),
                    "-XX:AOTMode=on",
                    "-jar",
                    tree.at(SidecarFiles.JAR).toString()));
        } catch (IOException e) {
            problem = String.valueOf(e.getMessage());
        }
        // Without a configuration it ends too, but as itself.
        if (!problem.contains("sidecar-proxy: the configuration cannot be read")) {
            throw new IOException("the AOT cache does not fit this JVM and these jars: " + problem);
        }
    }
}
