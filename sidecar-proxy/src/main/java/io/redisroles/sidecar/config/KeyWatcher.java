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
    private final Runnable onLoss;
    private String reported = "";

    /**
     * Watches.
     *
     * @param file the keys'
     * @param onLoss told when a key was replaced instead of exchanged: what is named with it begins anew
     */
    public KeyWatcher(Path file, ActiveKeys keys, Runnable onLoss) {
        this.file = file;
        this.keys = keys;
        this.onLoss = onLoss;
    }

    /** Looks once. */
    public void poll() {
        try {
            IdentifierKeys next = IdentifierKeys.parse(file, Files.readString(file));
            if (!next.equals(keys.get())) {
                use(next);
            }
            reported = "";
        } catch (IOException e) {
            report("unreadable: " + e.getClass().getSimpleName());
        } catch (ConfigException e) {
            report(String.valueOf(e.getMessage()));
        }
    }

    private void use(IdentifierKeys next) {
        boolean continues = next.continues(keys.get());
        keys.replace(next);
        if (continues) {
            LOG.atInfo()
                    .addKeyValue("keys", next.former().isPresent() ? 2 : 1)
                    .log("Identifiers are hashed with another key");
        } else {
            LOG.atWarn().log("The identifier key was replaced, not exchanged: what is named with it begins anew");
            onLoss.run();
        }
    }

    private void report(String problem) {
        if (!problem.equals(reported)) {
            reported = problem;
            LOG.atError()
                    .addKeyValue("file", file)
                    .addKeyValue("problem", problem)
                    .log("Identifier key not used, the last good one stays");
        }
    }
}
