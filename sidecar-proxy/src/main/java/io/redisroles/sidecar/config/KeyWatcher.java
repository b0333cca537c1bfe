package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes other identifier keys into use when their file changes; a bad file keeps those in use. One thread. */
public final class KeyWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(KeyWatcher.class);

    private final Path file;
    private final ActiveKeys keys;
    private String seen;

    /**
     * Watches.
     *
     * @param file the keys'
     * @param text what was read of it at start
     */
    public KeyWatcher(Path file, String text, ActiveKeys keys) {
        this.file = file;
        this.seen = text;
        this.keys = keys;
    }

    /** Looks once. */
    public void poll() {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            return; // as between two versions of a mounted Secret
        }
        if (text.equals(seen)) {
            return;
        }
        seen = text;
        try {
            IdentifierKeys next = IdentifierKeys.parse(file, text);
            keys.replace(next);
            LOG.atInfo()
                    .addKeyValue("keys", next.former().isPresent() ? 2 : 1)
                    .log("Identifiers are hashed with another key");
        } catch (ConfigException e) {
            LOG.atError()
                    .addKeyValue("problem", e.getMessage())
                    .log("Identifier key not used, the last good one stays");
        }
    }
}
