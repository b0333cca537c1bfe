package io.redisroles.redisprocess;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A redis-server that can be run here.
 *
 * @param path of the executable
 * @param version as it says itself, for example {@code 7.0.15}
 * @param origin where it was found
 */
public record RedisBinary(Path path, String version, Origin origin) {
    /** Where a binary comes from. */
    public enum Origin {
        /** Installed on this machine. */
        INSTALLED,
        /** Unpacked from the embedded-redis library: for development and tests only. */
        EMBEDDED
    }

    private static final int OLDEST_MAJOR = 7;
    private static final Pattern VERSION = Pattern.compile("v=((\\d+)\\.\\d+\\.\\d+)");
    private static final String INSTALL =
            "Install Redis 7.0 or later (for example: apt-get install redis-server, or brew install redis).";

    /**
     * Finds {@code redis-server} on the search path, else unpacks the embedded one.
     *
     * @param searchPath the value of {@code PATH}
     * @param unpackDirectory where an embedded binary is put; the caller removes it
     * @throws RedisUnavailableException if there is none, or the installed one is older than 7.0
     */
    public static RedisBinary find(String searchPath, Path unpackDirectory) {
        Optional<Path> installed = onPath(searchPath);
        if (installed.isPresent()) {
            return at(installed.get());
        }
        return EmbeddedRedis.unpack(unpackDirectory)
                .orElseThrow(
                        () -> new RedisUnavailableException("No redis-server on the PATH, and none is embedded for "
                                + EmbeddedRedis.platform() + ". " + INSTALL));
    }

    /**
     * Takes the binary at {@code path}.
     *
     * @throws RedisUnavailableException if it does not run or is older than 7.0
     */
    public static RedisBinary at(Path path) {
        String answer = ask(path);
        Matcher version = VERSION.matcher(answer);
        if (!version.find()) {
            throw new RedisUnavailableException(path + " --version answered \""
                    + answer.strip().lines().findFirst().orElse("") + "\" (expected: Redis server v=...). " + INSTALL);
        }
        if (Integer.parseInt(version.group(2)) < OLDEST_MAJOR) {
            throw new RedisUnavailableException(
                    path + " is Redis " + version.group(1) + " (needed: 7.0 or later). " + INSTALL);
        }
        return new RedisBinary(path, version.group(1), Origin.INSTALLED);
    }

    private static Optional<Path> onPath(String searchPath) {
        return Arrays.stream(searchPath.split(Pattern.quote(File.pathSeparator), -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, "redis-server"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static String ask(Path path) {
        try {
            Process process = new ProcessBuilder(path.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new RedisUnavailableException(path + " --version did not answer within 5 s. " + INSTALL);
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new RedisUnavailableException(path + " cannot be run: " + e.getMessage() + ". " + INSTALL, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisUnavailableException("interrupted while asking " + path + " for its version", e);
        }
    }
}
