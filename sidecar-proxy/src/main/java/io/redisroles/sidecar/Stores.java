package io.redisroles.sidecar;

import io.redisroles.contract.ConfigException;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.StaticSection;
import io.redisroles.contract.StoreName;
import io.redisroles.sidecar.config.LoadedConfig;
import io.redisroles.sidecar.config.Settings;
import io.redisroles.sidecar.limit.LiveSidecars;
import io.redisroles.sidecar.limit.RedisCounters;
import io.redisroles.sidecar.redis.Password;
import io.redisroles.sidecar.redis.RedisAddress;
import io.redisroles.sidecar.redis.RedisRuntime;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.session.Sessions;
import io.redisroles.sidecar.socket.SocketRegistry;
import io.redisroles.sidecar.telemetry.ProxyMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The connections to Redis, by use; uses of one Redis by one user share one. */
final class Stores {
    /** Who comes where: the user's password and whom to believe are the same in the files of each use. */
    private record Login(String role, Endpoint endpoint, int database, String username) {
        static Login of(RedisAddress address) {
            return new Login(address.role(), address.endpoint(), address.database(), address.username());
        }
    }

    /** One Redis and what is kept there. */
    private record Shared(RedisAddress address, Set<StoreName> uses) {
        Shared(RedisAddress address) {
            this(address, EnumSet.noneOf(StoreName.class));
        }
    }

    private final Settings.Storage storage;
    private final Map<StoreName, RedisStore> byName;

    private Stores(Settings.Storage storage, Map<StoreName, RedisStore> byName) {
        this.storage = storage;
        this.byName = byName;
    }

    /**
     * Prepares the connections.
     *
     * @throws ConfigException if the policy needs a store that neither configuration nor environment names
     */
    static Stores prepare(LoadedConfig loaded, Settings settings, RedisRuntime runtime, ProxyMetrics metrics) {
        if (settings.storage() == Settings.Storage.IN_MEMORY) {
            return new Stores(Settings.Storage.IN_MEMORY, Map.of());
        }
        StaticSection section = loaded.config().staticSection();
        Map<Login, Shared> logins = new LinkedHashMap<>();
        for (StoreName name : StoreName.values()) {
            address(name, section, settings)
                    .ifPresent(address -> logins.computeIfAbsent(Login.of(address), first -> new Shared(address))
                            .uses()
                            .add(name));
        }
        Map<StoreName, RedisStore> byName = new EnumMap<>(StoreName.class);
        for (Shared shared : logins.values()) {
            RedisStore store = new RedisStore(
                    runtime,
                    shared.address(),
                    section.storeTimeout(),
                    scripts(shared.uses()),
                    metrics.store(
                            shared.address().role(),
                            shared.uses().stream().map(StoreName::jsonName).toList()));
            shared.uses().forEach(name -> byName.put(name, store));
        }
        for (StoreName needed : loaded.snapshot().neededStores()) {
            if (!byName.containsKey(needed)) {
                throw new ConfigException("the policy needs a Redis for " + needed.jsonName() + ": set static.stores."
                        + needed.jsonName() + " or REDIS_URL");
            }
        }
        return new Stores(Settings.Storage.REDIS, byName);
    }

    /** What a connection loads for its uses. */
    private static List<Script> scripts(Set<StoreName> names) {
        List<Script> scripts = new ArrayList<>();
        if (names.contains(StoreName.LIMITS)) {
            scripts.add(RedisCounters.SCRIPT);
            scripts.add(LiveSidecars.SCRIPT);
        }
        if (names.contains(StoreName.SESSIONS)) {
            scripts.addAll(Sessions.SCRIPTS);
        }
        if (names.contains(StoreName.SOCKETS)) {
            scripts.add(SocketRegistry.SCRIPT);
        }
        return scripts;
    }

    /** Begins to connect; completes when each was tried once. */
    CompletableFuture<Void> start() {
        return CompletableFuture.allOf(
                each().map(store -> store.start().toCompletableFuture()).toArray(CompletableFuture[]::new));
    }

    /**
     * Waits until each of {@code needed} has been reached.
     *
     * @throws ConfigException if one was not in time
     */
    void require(Set<StoreName> needed, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        for (StoreName name : needed) {
            RedisStore store = byName.get(name);
            if (store != null && !store.awaitUp(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
                throw new ConfigException("REDISROLES_ENV=production: the Redis of " + name.jsonName() + " at "
                        + store.address().endpoint() + " was not reached within " + limit.toSeconds() + " s");
            }
        }
    }

    Settings.Storage storage() {
        return storage;
    }

    Optional<RedisStore> find(StoreName name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** What a policy may need. */
    Set<StoreName> names() {
        return storage == Settings.Storage.IN_MEMORY ? EnumSet.allOf(StoreName.class) : byName.keySet();
    }

    void close() {
        each().forEach(RedisStore::close);
    }

    /** Each once, however many uses it has. */
    private Stream<RedisStore> each() {
        return byName.values().stream().distinct();
    }

    private static Optional<RedisAddress.Encryption> encryption(StaticSection.Store store) {
        return file(store.authorityFile())
                .map(authorities -> new RedisAddress.Encryption(authorities, file(store.identityFile())));
    }

    private static Optional<Path> file(String path) {
        return Optional.of(path).filter(text -> !text.isEmpty()).map(Path::of);
    }

    private static Optional<RedisAddress> address(StoreName name, StaticSection section, Settings settings) {
        StaticSection.Store store = section.stores().get(name);
        if (store != null) {
            return Optional.of(new RedisAddress(
                    store.role(),
                    store.address(),
                    store.database(),
                    store.username(),
                    new Password.InFile(Path.of(store.passwordFile())),
                    encryption(store)));
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
