package io.redisroles.cli.local;

import io.redisroles.cli.resources.ResourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Notices that the YAML files of a folder changed: names, sizes and times are compared. One thread. */
final class FileWatch {
    private final Path path;
    private Map<Path, String> seen;

    FileWatch(Path path) {
        this.path = path;
        this.seen = snapshot();
    }

    boolean changed() {
        Map<Path, String> now = snapshot();
        boolean different = !now.equals(seen);
        seen = now;
        return different;
    }

    private Map<Path, String> snapshot() {
        Map<Path, String> files = new TreeMap<>();
        for (Path file : ResourceFiles.list(path)) {
            try {
                files.put(file, Files.size(file) + "@" + Files.getLastModifiedTime(file));
            } catch (IOException e) {
                files.put(file, "gone");
            }
        }
        return files;
    }
}
