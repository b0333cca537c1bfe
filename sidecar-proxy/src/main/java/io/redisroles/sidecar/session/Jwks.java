package io.redisroles.sidecar.session;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import io.redisroles.contract.Jwt;
import io.redisroles.sidecar.redis.FailureReason;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import io.redisroles.sidecar.telemetry.SessionMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An issuer's public keys (JWK Set, RFC 7517). Read on the background thread only: at first use, again and again while in use,
 * and when a token names a key that is not known, but no more often than the source bears. The last good set stays in use.
 * Safe for all threads.
 */
final class Jwks {
    private static final Logger LOG = LoggerFactory.getLogger(Jwks.class);
    private static final int MOST_BYTES = 256 * 1024;
    private static final int MOST_CANDIDATES = 8;
    private static final int MILLIS_TO_CONNECT = 1000;
    private static final int MILLIS_TO_READ = 1000;
    /** While there is no set at all, and every token waits for one. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_READ = Duration.ofSeconds(3);

    /** Where it is, and how often it may be read. */
    private sealed interface Source {
        byte[] read() throws IOException;

        /** Not sooner after the last time, whoever asks. */
        Duration pause();

        /** Not later after the last time, while in use. */
        Duration age();
    }

    private final Source source;
    private final Executor background;
    private final LongSupplier nanos;
    private final SessionMetrics metrics;

    private volatile @Nullable Keys keys;
    // Guarded by this.
    private @Nullable CompletableFuture<Void> reading;
    private boolean tried;
    private long lastRead;
    private boolean failed;

    Jwks(Jwt.Keys place, Executor background, LongSupplier nanos, SessionMetrics metrics) {
        this.source = place instanceof Jwt.InFile file
                ? new FileSource(Path.of(file.file()))
                : new UriSource(((Jwt.AtUri) place).uri());
        this.background = background;
        this.nanos = nanos;
        this.metrics = metrics;
    }

    /** The set in use; null before the first was read. Another object after each change. */
    @Nullable
    Keys keys() {
        return keys;
    }

    /**
     * A set that has a key for {@code kid}, or the newest that may be had. Fails with {@link StoreUnavailableException} if none
     * ever was.
     *
     * @param kid null: any key
     */
    CompletionStage<Keys> keysFor(@Nullable String kid) {
        Keys known = keys;
        if (known != null && known.has(kid)) {
            return CompletableFuture.completedFuture(known);
        }
        return read(known == null ? FIRST_PAUSE : source.pause()).thenApply(nothing -> {
            Keys read = keys;
            if (read == null) {
                throw new StoreUnavailableException(FailureReason.OTHER);
            }
            return read;
        });
    }

    /** Reads again what is old. */
    void tick() {
        if (keys != null) {
            var unused = read(source.age());
        }
    }

    private synchronized CompletableFuture<Void> read(Duration notSooner) {
        CompletableFuture<Void> underWay = reading;
        if (underWay != null) {
            return underWay;
        }
        long now = nanos.getAsLong();
        if (tried && now - lastRead < notSooner.toNanos()) {
            return CompletableFuture.completedFuture(null);
        }
        tried = true;
        lastRead = now;
        CompletableFuture<Void> fresh = new CompletableFuture<>();
        reading = fresh;
        background.execute(() -> {
            readNow();
            synchronized (this) {
                reading = null;
            }
            fresh.complete(null);
        });
        return fresh;
    }

    private void readNow() {
        try {
            JWKSet set = JWKSet.parse(new String(source.read(), StandardCharsets.UTF_8));
            Keys before = keys;
            if (before == null || !before.set.equals(set)) {
                keys = new Keys(set);
                LOG.atInfo().addKeyValue("keys", set.getKeys().size()).log("Read the keys of the issuer of JWTs");
            }
            failed = false;
            metrics.keysRead(true);
        } catch (IOException | ParseException | RuntimeException e) {
            metrics.keysRead(false);
            if (!failed) {
                failed = true;
                LOG.atWarn()
                        .addKeyValue("reason", e.getClass().getSimpleName())
                        .log("The keys of the issuer of JWTs cannot be read");
            }
        }
    }

    /** One set; never changes. */
    static final class Keys {
        private final JWKSet set;

        Keys(JWKSet set) {
            this.set = set;
        }

        boolean has(@Nullable String kid) {
            return kid == null || set.getKeyByKeyId(kid) != null;
        }

        /** Those that may have signed, a few at most. */
        List<JWK> candidates(@Nullable String kid, JWSAlgorithm algorithm) {
            List<JWK> candidates = new ArrayList<>();
            for (JWK key : set.getKeys()) {
                boolean named = kid == null || kid.equals(key.getKeyID());
                boolean forSigning = key.getKeyUse() == null || key.getKeyUse().equals(KeyUse.SIGNATURE);
                boolean forThis =
                        key.getAlgorithm() == null || key.getAlgorithm().equals(algorithm);
                if (named && forSigning && forThis && candidates.size() < MOST_CANDIDATES) {
                    candidates.add(key);
                }
            }
            return candidates;
        }
    }

    private static byte[] bounded(InputStream in, long deadline) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] block = new byte[8192];
        for (int read = in.read(block); read >= 0; read = in.read(block)) {
            bytes.write(block, 0, read);
            if (bytes.size() > MOST_BYTES || System.nanoTime() - deadline > 0) {
                throw new IOException("too long");
            }
        }
        return bytes.toByteArray();
    }

    private record FileSource(Path file) implements Source {
        @Override
        public byte[] read() throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                return bounded(in, System.nanoTime() + LONGEST_READ.toNanos());
            }
        }

        @Override
        public Duration pause() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration age() {
            return Duration.ofSeconds(5);
        }
    }

    private record UriSource(URI uri) implements Source {
        @Override
        public byte[] read() throws IOException {
            URLConnection connection = uri.toURL().openConnection();
            if (!(connection instanceof HttpURLConnection http)) {
                throw new IOException("neither http nor https");
            }
            http.setConnectTimeout(MILLIS_TO_CONNECT);
            http.setReadTimeout(MILLIS_TO_READ);
            http.setInstanceFollowRedirects(false);
            http.setUseCaches(false);
            http.setRequestProperty("Accept", "application/jwk-set+json, application/json");
            try {
                if (http.getResponseCode() != HttpURLConnection.HTTP_OK) {
                    throw new IOException("status " + http.getResponseCode());
                }
                try (InputStream in = http.getInputStream()) {
                    return bounded(in, System.nanoTime() + LONGEST_READ.toNanos());
                }
            } finally {
                http.disconnect();
            }
        }

        @Override
        public Duration pause() {
            return Duration.ofSeconds(30);
        }

        @Override
        public Duration age() {
            return Duration.ofMinutes(5);
        }
    }
}
