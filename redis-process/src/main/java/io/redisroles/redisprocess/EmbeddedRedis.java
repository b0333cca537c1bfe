package io.redisroles.redisprocess;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The redis-server binaries inside the embedded-redis library, each taken only if its checksum is the pinned one. */
final class EmbeddedRedis {
    private static final String VERSION = "7.0.9";
    private static final Map<String, String> SHA256_BY_PLATFORM = Map.of(
            "linux-amd64", "de2b4cbcd7e52bacb778c157266f003c5e4c797104cdeeeb52214addff8bf1bb",
            "linux-arm64", "9046512dae535cfcfed679dc6c618e8331667bc710b4cd96d3d4880eb4b7ee73");

    private EmbeddedRedis() {}

    /** This machine, as the library names platforms: {@code linux-amd64}. */
    static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch");
        return (system.startsWith("mac") ? "darwin" : system) + "-"
                + switch (processor) {
                    case "x86_64" -> "amd64";
                    case "aarch64" -> "arm64";
                    default -> processor;
                };
    }

    /** Unpacks the binary for this machine; empty if the library has none that is pinned. */
    static Optional<RedisBinary> unpack(Path directory) {
        String sha256 = SHA256_BY_PLATFORM.get(platform());
        String resource = "/redis-server-" + VERSION + "-" + platform();
        if (sha256 == null) {
            return Optional.empty();
        }
        try (InputStream stream = EmbeddedRedis.class.getResourceAsStream(resource)) {
            return stream == null ? Optional.empty() : Optional.of(unpack(stream.readAllBytes(), sha256, directory));
        } catch (IOException e) {
            throw new RedisUnavailableException(
                    "The embedded redis-server cannot be unpacked to " + directory + ": " + e.getMessage(), e);
        }
    }

    private static RedisBinary unpack(byte[] bytes, String sha256, Path directory) throws IOException {
        String actual = HexFormat.of().formatHex(digest(bytes));
        if (!actual.equals(sha256)) {
            throw new RedisUnavailableException("The embedded redis-server has SHA-256 " + actual + " (expected: "
                    + sha256 + "): it is not run. Install redis-server 7.0 or later instead.");
        }
        Files.createDirectories(directory);
        Path file = directory.resolve("redis-server");
        Files.write(file, bytes);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return new RedisBinary(file, VERSION, RedisBinary.Origin.EMBEDDED);
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
