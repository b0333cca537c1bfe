package io.redisroles.sidecar;

import io.redisroles.contract.ConfigException;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;
import io.redisroles.sidecar.limit.RedisRateLimiter;
import io.redisroles.sidecar.redis.Password;
import io.redisroles.sidecar.redis.RedisAddress;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.session.RedisSessionValidator;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The connections to Redis, by use; uses of one Redis share one. */
final class Stores {
    private final Map<StoreName, RedisStore> byName;

    private Stores(Map<StoreName, RedisStore> byName) {
        this.byName = byName;
    }

    /**
     * Prepares the connections.
     *
     * @throws ConfigException if the policy needs a store that neither configuration nor environment names
     */
    static Stores prepare(LoadedConfig loaded, Settings settings, RedisRuntime runtime, ProxyMetrics metrics) {
        StaticSection section = loaded.config().staticSection();
        Map<RedisAddress, Set<StoreName>> uses = new LinkedHashMap<>();
        for (StoreName name : StoreName.values()) {
            address(name, section, settings)
                    .ifPresent(address -> uses.computeIfAbsent(address, first -> EnumSet.noneOf(StoreName.class))
                            .add(name));
        }
        Map<StoreName, RedisStore> byName = new EnumMap<>(StoreName.class);
        uses.forEach((address, names) -> {
            RedisStore store = new RedisStore(
                    runtime,
                    address,
                    section.storeTimeout(),
                    List.of(RedisRateLimiter.SCRIPT, RedisSessionValidator.SCRIPT),
                    up -> names.forEach(name -> metrics.redisUp(name.jsonName(), up)));
            names.forEach(name -> byName.put(name, store));
        });
        for (StoreName needed : loaded.snapshot().neededStores()) {
            if (!byName.containsKey(needed)) {
                throw new ConfigException("the policy needs a Redis for " + needed.jsonName() + ": set static.stores."
                        + needed.jsonName() + " or REDIS_URL");
            }
        }
        return new Stores(byName);
    }

    /** Begins to connect; completes when each was tried once. */
    CompletableFuture<Void> start() {
        return CompletableFuture.allOf(byName.values().stream()
                .distinct()
                .map(store -> store.start().toCompletableFuture())
                .toArray(CompletableFuture[]::new));
    }

    Optional<RedisStore> find(StoreName name) {
        return Optional.ofNullable(byName.get(name));
    }

    Set<StoreName> names() {
        return byName.keySet();
    }

    void close() {
        byName.values().forEach(RedisStore::close);
    }

    private static Optional<RedisAddress> address(StoreName name, StaticSection section, Settings settings) {
        StaticSection.Store store = section.stores().get(name);
        if (store != null) {
            return Optional.of(new RedisAddress(
                    store.role(),
                    store.address(),
                    store.database(),
                    store.username(),
                    new Password.InFile(Path.of(store.passwordFile()))));
        }
        return settings.redis()
                .map(redis -> new RedisAddress(
                        "environment",
                        redis.endpoint(),
                        redis.database(),
                        redis.username(),
                        new Password.Literal(redis.password())));
    }
}
