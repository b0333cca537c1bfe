package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import io.redisroles.contract.SidecarConfig;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.contract.StoreName;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether the configuration file says something else than before, and puts its policy in force if that can be used.
 * A file that cannot be used changes nothing and is reported once. The file is compared by content: a ConfigMap is swapped by
 * a symbolic link, whose new target may well have the old time and length. One thread at a time.
 */
public final class ConfigWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);

    private final Path file;
    private final SidecarConfigCodec codec = new SidecarConfigCodec();
    private final ActivePolicy policy;
    private final Set<StoreName> stores;
    private final ProxyMetrics metrics;
    private String seen;

    /**
     * Begins with what was read at start.
     *
     * @param seen the text that {@code policy} was compiled from
     * @param stores what there is a connection for; a policy that needs another one is refused
     */
    public ConfigWatcher(Path file, String seen, ActivePolicy policy, Set<StoreName> stores, ProxyMetrics metrics) {
        this.file = file;
        this.seen = seen;
        this.policy = policy;
        this.stores = Set.copyOf(stores);
        this.metrics = metrics;
    }

    /** Looks once. */
    public void poll() {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            report("unreadable: " + e.getClass().getSimpleName(), "");
            return;
        }
        if (text.equals(seen)) {
            return;
        }
        try {
            apply(codec.read(text));
            seen = text;
            metrics.configValid(true);
        } catch (ConfigException e) {
            report(String.valueOf(e.getMessage()), text);
        }
    }

    private void apply(SidecarConfig config) {
        if (!config.staticSection().equals(policy.config().staticSection())) {
            throw new ConfigException("the static section was changed: that needs a restart");
        }
        PolicySnapshot snapshot = PolicySnapshot.compile(config.policy());
        if (!stores.containsAll(snapshot.neededStores())) {
            throw new ConfigException("the policy needs " + snapshot.neededStores() + " but this sidecar has " + stores
                    + ": that needs a restart");
        }
        metrics.limitsInForce(config.policy().limitNames());
        policy.replace(config, snapshot);
        LOG.atInfo().addKeyValue("revision", config.policy().revision()).log("Policy in force");
    }

    private void report(String problem, String text) {
        metrics.configValid(false);
        if (!text.equals(seen)) {
            LOG.atError()
                    .addKeyValue("file", file)
                    .addKeyValue("problem", problem)
                    .log("Configuration not used, the last good one stays");
            seen = text;
        }
    }
}
