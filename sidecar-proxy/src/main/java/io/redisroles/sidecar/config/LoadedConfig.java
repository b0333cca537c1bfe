package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.SidecarConfigCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What was read at start.
 *
 * @param text of the file
 * @param config the same, parsed
 * @param snapshot its policy, compiled
 * @param keys the secrets behind keyed hashes
 */
public record LoadedConfig(String text, SidecarConfig config, PolicySnapshot snapshot, IdentifierKeys keys) {
    /**
     * Reads the file and the key that it names.
     *
     * @throws ConfigException in one line
     */
    public static LoadedConfig read(Path file) {
        String text = readText(file, "the configuration");
        SidecarConfig config = new SidecarConfigCodec().read(text);
        Path keyFile = Path.of(config.staticSection().identifierKeyFile());
        return new LoadedConfig(
                text,
                config,
                PolicySnapshot.compile(config.policy()),
                IdentifierKeys.parse(keyFile, readText(keyFile, "the identifier key")));
    }

    private static String readText(Path file, String what) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ConfigException(
                    what + " cannot be read: " + file + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }
}
