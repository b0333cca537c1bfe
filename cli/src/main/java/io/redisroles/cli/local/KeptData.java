package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.cli.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * What outlives an instance that was given {@code --data}: each role's append-only file, and its credentials, so that bindings
 * and the names of hashed keys stay the same.
 *
 * @param folder that the user named
 */
record KeptData(Path folder) {
    /** The folder, made if need be. */
    static KeptData in(Path folder) {
        try {
            Files.createDirectories(folder);
            if (!Files.isWritable(folder)) {
                throw new IOException("no permission");
            }
            return new KeptData(folder.toAbsolutePath());
        } catch (IOException e) {
            throw new CliException(
                    "--data " + folder + " cannot be written (" + e.getClass().getSimpleName()
                            + "): choose another folder",
                    e);
        }
    }

    Optional<Secret> credentials(String role) {
        try {
            return Optional.of(Serialization.unmarshal(Files.readString(file(role)), Secret.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new CliException(file(role) + " cannot be read: " + e.getMessage(), e);
        }
    }

    void keep(String role, Secret credentials) {
        try {
            Path file = file(role);
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            Files.writeString(file, Serialization.asYaml(credentials));
        } catch (IOException e) {
            throw new CliException(file(role) + " cannot be written: " + e.getMessage(), e);
        }
    }

    private Path file(String role) {
        return folder.resolve(role + ".credentials.yaml");
    }
}
