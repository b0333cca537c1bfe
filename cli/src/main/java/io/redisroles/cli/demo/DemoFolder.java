package io.redisroles.cli.demo;

import io.redisroles.cli.CliException;
import io.redisroles.cli.resources.ResourceFiles;
import io.redisroles.redisprocess.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.UnaryOperator;

/** A copy of a sample's files, so that a demo can edit its policy as a user would. */
public final class DemoFolder implements AutoCloseable {
    private static final String POLICY = "policy.yaml";

    private final Path path;

    private DemoFolder(Path path) {
        this.path = path;
    }

    /** Copies the files of {@code sample}. */
    public static DemoFolder copyOf(Path sample) {
        try {
            DemoFolder folder = new DemoFolder(Files.createTempDirectory("redis-roles-demo"));
            for (Path file : ResourceFiles.list(sample)) {
                Files.copy(file, folder.path.resolve(String.valueOf(file.getFileName())));
            }
            return folder;
        } catch (IOException e) {
            throw new CliException(sample + " cannot be copied: " + e.getMessage(), e);
        }
    }

    public Path path() {
        return path;
    }

    /** Writes another policy in the place of the one that is there, all at once. */
    void editPolicy(UnaryOperator<String> edit) {
        Path policy = path.resolve(POLICY);
        try {
            Path next = path.resolve(POLICY + ".next");
            Files.writeString(next, edit.apply(Files.readString(policy)));
            Files.move(next, policy, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new CliException(policy + " cannot be edited: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            new ScratchFolder(path).delete();
        } catch (IOException e) {
            throw new CliException(path + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
