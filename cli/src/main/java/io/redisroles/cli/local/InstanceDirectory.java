package io.redisroles.cli.local;

import io.redisroles.cli.CliException;
import io.redisroles.redisprocess.ScratchFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Where a running instance keeps what its processes mount and what the other commands read. It is found by the port offset,
 * belongs to one user, can be read by nobody else, and goes when the instance ends.
 *
 * @param root of the instance
 */
public record InstanceDirectory(Path root) {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final String PID = "pid";

    /** The directory of the instance with {@code ports}, whether it runs or not. */
    public static InstanceDirectory of(Ports ports) {
        return new InstanceDirectory(Path.of(
                System.getProperty("java.io.tmpdir"),
                "redis-roles-" + System.getProperty("user.name") + "-" + ports.offset()));
    }

    /** Fails if another instance has these ports. */
    void requireUnclaimed() {
        owner().ifPresent(pid -> {
            throw new CliException("an instance with these ports runs already (process " + pid
                    + "): end it with Ctrl-C, or move all ports with for example --port-offset 1000");
        });
    }

    /** Makes the directory for this process; what an instance that crashed left there is removed. */
    void claim() {
        delete();
        try {
            Files.createDirectory(root, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (IOException e) {
            throw new CliException(
                    root + " cannot be written: " + e.getMessage() + "; point java.io.tmpdir at a folder that can", e);
        }
        write(PID, String.valueOf(ProcessHandle.current().pid()));
    }

    /** The process of the instance that runs here. */
    public Optional<Long> owner() {
        return read(PID)
                .map(text -> Long.parseLong(text.strip()))
                .filter(pid -> ProcessHandle.of(pid)
                        .filter(InstanceDirectory::isRunning)
                        .isPresent());
    }

    /** A process that was killed and that nobody has waited for counts as alive, but has no command any more. */
    static boolean isRunning(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /** Writes a file that only this user can read, all at once. */
    void write(String name, String content) {
        Path file = path(name);
        try {
            Files.createDirectories(file.getParent());
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.deleteIfExists(next);
            Files.createFile(next, PosixFilePermissions.asFileAttribute(OWNER_FILE));
            Files.writeString(next, content);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CliException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** A file's content; empty if it is not there. */
    public Optional<String> read(String name) {
        try {
            return Optional.of(Files.readString(path(name)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CliException(path(name) + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Removes it with all that is in it. */
    void delete() {
        try {
            new ScratchFolder(root).delete();
        } catch (IOException e) {
            throw new CliException(root + " cannot be removed: " + e.getMessage(), e);
        }
    }
}
