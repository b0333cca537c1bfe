package io.redisroles.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/**
 * The root file system of an image as a folder. All its files have one time, the one that the image's have too: the JVM looks
 * whether its jars are those of its cache by their times and sizes.
 */
record FileTree(Path root) {
    /** What image builders give to files whose time does not matter. */
    static final FileTime TIME = FileTime.fromMillis(1000);

    /** The same folder, without what an earlier build has left. */
    FileTree emptied() throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file :
                        files.sorted((one, other) -> other.compareTo(one)).toList()) {
                    Files.delete(file);
                }
            }
        }
        Files.createDirectories(root);
        return this;
    }

    /** Where {@code path} of the image is in this folder. */
    Path at(String path) {
        return root.resolve(path.substring(1));
    }

    void write(String path, String text) throws IOException {
        Files.createDirectories(at(path).getParent());
        Files.writeString(at(path), text);
        Files.setLastModifiedTime(at(path), TIME);
    }

    /** Copies a file, or what a link points to. */
    void copy(Path file, String path) throws IOException {
        Path target = at(path);
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
        if (Files.isExecutable(file)) {
            var unused = target.toFile().setExecutable(true, false);
        }
        Files.setLastModifiedTime(target, TIME);
    }

    /** Copies all files of a folder. */
    void copyAll(Path folder, String path) throws IOException {
        for (Path file : files(folder)) {
            copy(file, path + "/" + folder.relativize(file));
        }
    }

    /** Every file, sorted. */
    List<Path> files() throws IOException {
        return files(root);
    }

    /** Its path in the image. */
    String pathOf(Path file) {
        return "/" + root.relativize(file);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        }
    }
}
