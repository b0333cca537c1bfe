package io.redisroles.images;

import com.google.cloud.tools.jib.api.Jib;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the sidecar's image consists of. */
final class SidecarFiles {
    static final String JAR = "/app/sidecar-proxy.jar";
    static final String OPTIONS = "/app/sidecar.options";
    static final String NATIVE = "/app/native";

    private SidecarFiles() {}

    /** Places what the other modules have built. */
    static void place(Path checkout, FileTree runtime, FileTree tree) throws IOException {
        Path module = checkout.resolve("sidecar-proxy");
        tree.copyAll(runtime.root(), "");
        tree.copyAll(module.resolve("target/lib"), "/app/lib");
        tree.copy(module.resolve("target/sidecar-proxy.jar"), JAR);
        tree.copy(module.resolve("src/main/jvm/sidecar.options"), OPTIONS);
        unpackNativeLibraries(tree);
    }

    static ImageTar image(FileTree tree) throws IOException {
        ImageTar image = new ImageTar(
                        "lab.local/redis-roles-sidecar:dev",
                        Jib.fromScratch().setUser("15001:15001").setEntrypoint(command(tree)))
                .layer("runtime", tree, path -> !path.startsWith("/app/"))
                .layer("libraries", tree, SidecarFiles::isLibrary)
                .layer(
                        "sidecar",
                        tree,
                        path -> path.startsWith("/app/") && !isLibrary(path) && !path.equals(AotCache.PATH));
        return Files.exists(tree.at(AotCache.PATH)) ? image.layer("cache", tree, AotCache.PATH::equals) : image;
    }

    /** How the sidecar is started in the image. */
    private static List<String> command(FileTree tree) {
        List<String> command = new ArrayList<>(List.of(Jdk.RUNTIME + "/bin/java", "@" + OPTIONS));
        if (Files.exists(tree.at(AotCache.PATH))) {
            command.add("-XX:AOTCache=" + AotCache.PATH);
        }
        command.addAll(List.of("-Djava.library.path=" + NATIVE, "-jar", JAR));
        return command;
    }

    /** Third-party jars change seldom; ours with every commit. */
    private static boolean isLibrary(String path) {
        return (path.startsWith("/app/lib/") && !path.contains("redis-roles")) || path.startsWith(NATIVE);
    }

    /** Netty would unpack its epoll library to a temporary folder at start; the root file system is read-only. */
    private static void unpackNativeLibraries(FileTree tree) throws IOException {
        for (Path jar : tree.files()) {
            if (String.valueOf(jar.getFileName()).matches("netty-transport-native-epoll-.*-linux-.*\\.jar")) {
                try (FileSystem inside = FileSystems.newFileSystem(jar, Map.of());
                        Stream<Path> libraries = Files.list(inside.getPath("/META-INF/native"))) {
                    for (Path library : libraries.toList()) {
                        if (library.toString().endsWith(".so")) {
                            tree.copy(library, NATIVE + "/" + library.getFileName());
                        }
                    }
                }
            }
        }
    }
}
