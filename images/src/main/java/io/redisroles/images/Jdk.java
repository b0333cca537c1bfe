package io.redisroles.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The JDK whose JVM goes into the images.
 *
 * @param home its folder
 * @param feature its release, for example 25
 */
record Jdk(Path home, int feature) {
    /** The first release with AOT caches made in one run (JEP 514). */
    static final int FIRST_WITH_AOT_CACHE = 25;

    /** Where the image has its JVM. */
    static final String RUNTIME = "/opt/java";

    /** What sidecar and sample app use; java.sql is wanted by the JWT library, java.net.http by the load generator. */
    static final String FOR_PROXIES =
            "java.base,java.logging,java.management,java.naming,java.net.http,java.sql,jdk.management,jdk.unsupported";

    /**
     * What the operator uses: its HTTP servers, its log's XML, the framework's metrics; elliptic curves are a module of their own
     * in releases before 22.
     */
    static final String FOR_OPERATOR =
            "java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,java.xml,"
                    + "jdk.crypto.ec,jdk.httpserver,jdk.jfr,jdk.management,jdk.unsupported";

    private static final Path INSTALLED = Path.of("/usr/lib/jvm");

    /**
     * {@code IMAGE_JDK}, else the JDK of the build if it is recent enough, else one beside it that is, else that of the build.
     */
    static Jdk find(Map<String, String> environment) throws IOException {
        Optional<Path> wanted =
                Optional.ofNullable(environment.get("IMAGE_JDK")).map(Path::of);
        if (wanted.isPresent()) {
            return of(wanted.get())
                    .orElseThrow(() -> new IOException("IMAGE_JDK: " + wanted.get()
                            + " is no JDK (expected: a folder with bin/jlink and release)"));
        }
        Jdk own = new Jdk(
                Path.of(System.getProperty("java.home")), Runtime.version().feature());
        if (own.makesAotCaches()) {
            return own;
        }
        for (Path beside : installed()) {
            Optional<Jdk> found = of(beside).filter(Jdk::makesAotCaches);
            if (found.isPresent()) {
                return found.get();
            }
        }
        return own;
    }

    boolean makesAotCaches() {
        return feature >= FIRST_WITH_AOT_CACHE;
    }

    /**
     * Places a JVM of some modules, and the system libraries that it needs, into a tree.
     *
     * @param modules separated by commas
     */
    void runtime(FileTree tree, String modules) throws IOException {
        List<String> jlink = new ArrayList<>(List.of(
                home.resolve("bin/jlink").toString(),
                "--add-modules",
                modules,
                "--strip-java-debug-attributes",
                "--no-man-pages",
                "--no-header-files",
                "--output",
                tree.at(RUNTIME).toString()));
        Files.createDirectories(tree.at(RUNTIME).getParent());
        Program.run(jlink);
        for (Path file : tree.files()) {
            Files.setLastModifiedTime(file, FileTree.TIME);
        }
        SystemLibraries.copy(tree);
        tree.write("/etc/passwd", "root:x:0:0:root:/:/sbin/nologin\nredisroles:x:15001:15001::/:/sbin/nologin\n");
        tree.write("/etc/group", "root:x:0:\nredisroles:x:15001:\n");
        tree.write("/etc/nsswitch.conf", "hosts: files dns\n");
    }

    private static TreeSet<Path> installed() throws IOException {
        if (!Files.isDirectory(INSTALLED)) {
            return new TreeSet<>();
        }
        try (Stream<Path> homes = Files.list(INSTALLED)) {
            return homes.collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
        }
    }

    private static Optional<Jdk> of(Path home) throws IOException {
        Path release = home.resolve("release");
        if (!Files.isExecutable(home.resolve("bin/jlink")) || !Files.isReadable(release)) {
            return Optional.empty();
        }
        return Files.readAllLines(release).stream()
                .filter(line -> line.startsWith("JAVA_VERSION=\""))
                .map(line -> Runtime.Version.parse(line.substring(14, line.length() - 1)))
                .map(version -> new Jdk(home, version.feature()))
                .findFirst();
    }
}
