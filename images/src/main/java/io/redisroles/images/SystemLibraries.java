package io.redisroles.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shared libraries of this system that a JVM needs, and nothing else of it: an image then needs no base. */
final class SystemLibraries {
    /** {@code libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)}, and the loader without an arrow. */
    private static final Pattern NEEDED = Pattern.compile("(?m)(?:=> |^\\s+)(/\\S+) \\(0x");

    /** What glibc before 2.34 opens to look names up. */
    private static final List<String> LOOKED_FOR = List.of("libnss_files.so.2", "libnss_dns.so.2");

    private SystemLibraries() {}

    static void copy(FileTree tree) throws IOException {
        List<String> ldd = new ArrayList<>(List.of("ldd"));
        for (Path file : tree.files()) {
            if (String.valueOf(file.getFileName()).endsWith(".so") || file.endsWith("bin/java")) {
                ldd.add(file.toString());
            }
        }
        TreeSet<String> needed = new TreeSet<>();
        Matcher found = NEEDED.matcher(Program.run(ldd));
        while (found.find()) {
            if (!found.group(1).startsWith(tree.root().toString())) {
                needed.add(found.group(1));
            }
        }
        for (String library : List.copyOf(needed)) {
            for (String name : LOOKED_FOR) {
                Path beside = Path.of(library).resolveSibling(name);
                if (Files.exists(beside)) {
                    needed.add(beside.toString());
                }
            }
        }
        for (String library : needed) {
            tree.copy(Path.of(library).toRealPath(), library);
        }
    }
}
