package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.PodSection;
import io.redisroles.contract.SidecarConfigCodec;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What the environment says.
 *
 * @param configFile where the configuration is
 * @param environment as given; secrets in it are read on demand only
 */
public record Settings(Path configFile, Map<String, String> environment) {
    public Settings {
        environment = Map.copyOf(environment);
    }

    public static Settings from(Map<String, String> environment) {
        return new Settings(
                Path.of(environment.getOrDefault("REDISROLES_CONFIG", ContractPaths.CONFIG_FILE)), environment);
    }

    /**
     * What is special about this pod: {@code REDISROLES_POD}.
     *
     * @throws ConfigException if it is there and cannot be used
     */
    public Optional<PodSection> pod() {
        return Optional.of(environment.getOrDefault(PodSection.VARIABLE, ""))
                .filter(text -> !text.isBlank())
                .map(new SidecarConfigCodec()::readPod);
    }

    /** Where to write the token for {@code POST /quit}: {@code REDISROLES_QUIT_TOKEN_FILE}. */
    public Optional<Path> quitTokenFile() {
        return Optional.of(environment.getOrDefault(ContractPaths.QUIT_TOKEN_VARIABLE, ""))
                .filter(text -> !text.isEmpty())
                .map(Path::of);
    }

    /**
     * The Redis for stores that the configuration does not name: {@code REDIS_URL}, or {@code REDIS_HOST} and its kin.
     *
     * @throws ConfigException if they are there and make no sense
     */
    public Optional<EnvironmentRedis> redis() {
        String url = environment.getOrDefault("REDIS_URL", "");
        if (!url.isEmpty()) {
            return Optional.of(fromUrl(url));
        }
        String host = environment.getOrDefault("REDIS_HOST", "");
        if (host.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new EnvironmentRedis(
                endpoint("REDIS_PORT", host, number("REDIS_PORT", environment.getOrDefault("REDIS_PORT", "6379"))),
                number("REDIS_DB", environment.getOrDefault("REDIS_DB", "0")),
                environment.getOrDefault("REDIS_USERNAME", ""),
                environment.getOrDefault("REDIS_PASSWORD", "")));
    }

    /**
     * Where sessions and counters are: {@code SESSION_STORAGE_TYPE}, {@code redis} if it is not set.
     *
     * @throws ConfigException if it makes no sense, or is not for this {@code REDISROLES_ENV}
     */
    public Storage storage() {
        String type = environment.getOrDefault("SESSION_STORAGE_TYPE", "");
        Storage storage = switch (type) {
            case "", "redis" -> Storage.REDIS;
            case "inmemory" -> Storage.IN_MEMORY;
            default ->
                throw new ConfigException("SESSION_STORAGE_TYPE: \"" + type + "\" (expected: redis or inmemory)");
        };
        if (storage == Storage.IN_MEMORY && stage() != Stage.DEVELOPMENT) {
            throw new ConfigException("SESSION_STORAGE_TYPE=inmemory needs REDISROLES_ENV=development:"
                    + " what one process keeps in memory protects nothing in production");
        }
        return storage;
    }

    /**
     * {@code REDISROLES_ENV}.
     *
     * @throws ConfigException if it makes no sense
     */
    public Stage stage() {
        String name = environment.getOrDefault("REDISROLES_ENV", "");
        return switch (name) {
            case "" -> Stage.UNSAID;
            case "development" -> Stage.DEVELOPMENT;
            case "production" -> Stage.PRODUCTION;
            default ->
                throw new ConfigException("REDISROLES_ENV: \"" + name + "\" (expected: development or production)");
        };
    }

    private static EnvironmentRedis fromUrl(String text) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("REDIS_URL is not a URL (expected: redis://[user:password@]host[:port][/db])", e);
        }
        if ("rediss".equals(url.getScheme())) {
            throw new ConfigException("REDIS_URL: rediss:// cannot be used, since it names no authority to trust"
                    + " (expected: the role in the configuration's static.stores, with authorityFile)");
        }
        if (!"redis".equals(url.getScheme()) || url.getHost() == null) {
            throw new ConfigException("REDIS_URL cannot be used (expected: redis://[user:password@]host[:port][/db],"
                    + " the host without underscores)");
        }
        String[] login = (url.getRawUserInfo() == null ? ":" : url.getRawUserInfo()).split(":", 2);
        String path = url.getPath() == null ? "" : url.getPath().replaceFirst("^/", "");
        return new EnvironmentRedis(
                endpoint(
                        "REDIS_URL's port",
                        url.getHost().replaceAll("[\\[\\]]", ""),
                        url.getPort() < 0 ? 6379 : url.getPort()),
                path.isEmpty() ? 0 : number("REDIS_URL's database", path),
                decode(login[0]),
                login.length > 1 ? decode(login[1]) : "");
    }

    private static Endpoint endpoint(String name, String host, int port) {
        if (port < 1 || port > 65535) {
            throw new ConfigException(name + ": " + port + " (expected: 1 to 65535)");
        }
        return new Endpoint(host, port);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static int number(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new ConfigException(name + ": \"" + value + "\" (expected: a number)", e);
        }
    }

    @Override
    public String toString() {
        return "Settings[configFile=" + configFile + "]";
    }

    /** Where sessions and counters are. */
    public enum Storage {
        REDIS("redis"),
        /** In this process: limits are decided here, and nobody has a session. */
        IN_MEMORY("inmemory");

        private final String label;

        Storage(String label) {
            this.label = label;
        }

        /** As the environment and {@code /stats} have it. */
        public String label() {
            return label;
        }
    }

    /** What the process is for. */
    public enum Stage {
        /** Starts with or without Redis; what its absence means is for each limit to say. */
        UNSAID,
        DEVELOPMENT,
        /** Does not start without the Redis that its policy needs. */
        PRODUCTION
    }

    /** A Redis and its login, as the environment names them. */
    public record EnvironmentRedis(Endpoint endpoint, int database, String username, String password) {
        @Override
        public String toString() {
            return "EnvironmentRedis[endpoint=" + endpoint + "]";
        }
    }
}
