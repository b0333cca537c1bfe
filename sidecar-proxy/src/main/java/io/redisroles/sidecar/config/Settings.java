package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.Endpoint;
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
                new Endpoint(host, number("REDIS_PORT", environment.getOrDefault("REDIS_PORT", "6379"))),
                number("REDIS_DB", environment.getOrDefault("REDIS_DB", "0")),
                environment.getOrDefault("REDIS_USERNAME", ""),
                environment.getOrDefault("REDIS_PASSWORD", "")));
    }

    private static EnvironmentRedis fromUrl(String text) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("REDIS_URL is not a URL (expected: redis://[user:password@]host[:port][/db])", e);
        }
        if (!"redis".equals(url.getScheme()) || url.getHost() == null) {
            throw new ConfigException("REDIS_URL cannot be used (expected: redis://[user:password@]host[:port][/db])");
        }
        String[] login = (url.getRawUserInfo() == null ? ":" : url.getRawUserInfo()).split(":", 2);
        String path = url.getPath() == null ? "" : url.getPath().replaceFirst("^/", "");
        return new EnvironmentRedis(
                new Endpoint(url.getHost().replaceAll("[\\[\\]]", ""), url.getPort() < 0 ? 6379 : url.getPort()),
                path.isEmpty() ? 0 : number("REDIS_URL's database", path),
                decode(login[0]),
                login.length > 1 ? decode(login[1]) : "");
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

    /** A Redis and its login, as the environment names them. */
    public record EnvironmentRedis(Endpoint endpoint, int database, String username, String password) {
        @Override
        public String toString() {
            return "EnvironmentRedis[endpoint=" + endpoint + "]";
        }
    }
}
