package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The role's secrets behind keyed hashes. While one is exchanged for another there are two, and counters are kept under both
 * names: so sidecars that have heard of it and sidecars that have not count together, and nothing that was counted is lost.
 *
 * @param current names what is new
 * @param former named it before; empty once nothing is left of that
 */
public record IdentifierKeys(IdentifierKey current, Optional<IdentifierKey> former) {
    /** Whether what was counted under {@code before} still counts. */
    boolean continues(IdentifierKeys before) {
        return current.equals(before.current)
                || former.filter(before.current::equals).isPresent();
    }

    /**
     * Reads the keys: the current one in the first line, the former one, if there is one, in the second.
     *
     * @param file where the text is from, for the message
     * @throws ConfigException if a line is not 32 bytes as base64url, or there are more
     */
    static IdentifierKeys parse(Path file, String text) {
        List<String> lines = text.strip().lines().toList();
        if (lines.size() > 2) {
            throw new ConfigException(
                    file + " has " + lines.size() + " lines (expected: a key, and at most the one before it)");
        }
        return new IdentifierKeys(
                IdentifierKey.parse(file, lines.isEmpty() ? "" : lines.get(0)),
                lines.size() == 2 ? Optional.of(IdentifierKey.parse(file, lines.get(1))) : Optional.empty());
    }
}
