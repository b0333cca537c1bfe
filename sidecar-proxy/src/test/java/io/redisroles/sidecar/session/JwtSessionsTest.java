package io.redisroles.sidecar.session;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.sun.net.httpserver.HttpServer;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.SessionSource;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** JWTs signed by the library's other half, keys in a file and behind HTTP, revocation on a real Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class JwtSessionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ISSUER = "https://login.test/";

    private final ScratchRedis redis = ScratchRedis.start("--save", "", "--appendonly", "no");
    private final TestStore store = new TestStore(redis);

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private RSAKey rsa;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private ECKey elliptic;

    @BeforeAll
    void keys(@TempDir Path folder) throws JOSEException, IOException {
        directory = folder;
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        elliptic = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        write("keys.json", rsa, elliptic);
    }

    @BeforeEach
    void empty() {
        store.command("FLUSHALL");
    }

    @AfterAll
    void stop() {
        store.close();
        redis.close();
    }

    @Test
    void aTokenOfTheIssuerIsASession() throws JOSEException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // When
            String token = signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(rsa), claims -> claims);
            SessionVerdict first = validate(sidecar, token);
            SessionVerdict second = validate(sidecar, token);

            // Then
            Session session = ((SessionVerdict.Valid) first).session();
            assertThat(session.user()).isEqualTo("ada");
            assertThat(session.tier()).isEqualTo("pro");
            assertThat(session.identity()).isEqualTo(Sha256.hex(token));
            assertThat(((SessionVerdict.Valid) second).cached()).isTrue();
            assertThat(sidecar.seen.active(Duration.ofMinutes(1), System.currentTimeMillis()))
                    .isEqualTo(1);
        }
    }

    @Test
    void everyAllowedAlgorithmIsUnderstood() throws JOSEException, GeneralSecurityException, IOException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            OctetKeyPair edwards = edwards((EdECPublicKey) pair.getPublic());
            write("all.json", rsa, elliptic, edwards);
            PolicySection policy =
                    policy(new Jwt.InFile(directory.resolve("all.json").toString()));

            // When, Then
            for (JWSAlgorithm algorithm : List.of(
                    JWSAlgorithm.RS256,
                    JWSAlgorithm.RS384,
                    JWSAlgorithm.RS512,
                    JWSAlgorithm.PS256,
                    JWSAlgorithm.PS384,
                    JWSAlgorithm.PS512)) {
                assertThat(validate(sidecar, signed(algorithm, "rsa", new RSASSASigner(rsa), c -> c), policy))
                        .as(algorithm.getName())
                        .isInstanceOf(SessionVerdict.Valid.class);
            }
            assertThat(validate(sidecar, signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(elliptic), c -> c), policy))
                    .isInstanceOf(SessionVerdict.Valid.class);
            assertThat(validate(sidecar, byEd25519(pair), policy)).isInstanceOf(SessionVerdict.Valid.class);
        }
    }

    @Test
    void whatIsNotTheIssuersIsRefused() throws JOSEException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            RSAKey other = new RSAKeyGenerator(2048).keyID("rsa").generate();
            JWSSigner signer = new RSASSASigner(rsa);
            String good = signed(JWSAlgorithm.RS256, "rsa", signer, c -> c);
            String body = good.substring(0, good.lastIndexOf('.'));
            String publicKey = rsa.toPublicJWK().toJSONString();
            Map<String, String> tokens = new LinkedHashMap<>();
            tokens.put("signed by another key", signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(other), c -> c));
            tokens.put("an unknown key", signed(JWSAlgorithm.RS256, "unknown", signer, c -> c));
            tokens.put("a key of another type", signed(JWSAlgorithm.RS256, "ec", signer, c -> c));
            tokens.put("no signature", body + ".");
            tokens.put("another signature", body + "." + "A".repeat(342));
            tokens.put("no algorithm", unsigned("{\"alg\":\"none\"}") + ".");
            tokens.put("no algorithm, in capitals", unsigned("{\"alg\":\"NONE\"}") + ".x");
            tokens.put(
                    "the public key as a secret",
                    signed(
                            JWSAlgorithm.HS256,
                            "rsa",
                            new MACSigner(publicKey.getBytes(StandardCharsets.UTF_8)),
                            c -> c));
            tokens.put(
                    "another issuer",
                    signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "iss", "https://other.test/")));
            tokens.put("another audience", signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "aud", "other")));
            tokens.put("no audience", signed(JWSAlgorithm.RS256, "rsa", signer, c -> without(c, "aud")));
            tokens.put("no user", signed(JWSAlgorithm.RS256, "rsa", signer, c -> without(c, "sub")));
            tokens.put("an empty user", signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "sub", "")));
            tokens.put("no end", signed(JWSAlgorithm.RS256, "rsa", signer, c -> without(c, "exp")));
            tokens.put("ended", signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "exp", now() - 61)));
            tokens.put("too early", signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "nbf", now() + 120)));
            tokens.put("a text for a time", signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "exp", "never")));
            tokens.put("not understood", critical(signer));
            tokens.put("no JWT", "opaque-token");
            tokens.put("no JWT either", "a.b.c");

            // When, Then
            assertThat(validate(sidecar, good)).isInstanceOf(SessionVerdict.Valid.class);
            tokens.forEach((what, token) ->
                    assertThat(validate(sidecar, token)).as(what).isEqualTo(new SessionVerdict.Invalid(true)));
        }
    }

    @Test
    void clocksMayBeAMinuteApart() throws JOSEException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            JWSSigner signer = new RSASSASigner(rsa);
            assertThat(validate(sidecar, signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "exp", now() - 20))))
                    .isInstanceOf(SessionVerdict.Valid.class);
            assertThat(validate(sidecar, signed(JWSAlgorithm.RS256, "rsa", signer, c -> with(c, "nbf", now() + 40))))
                    .isInstanceOf(SessionVerdict.Valid.class);
        }
    }

    @Test
    void aUsersTokensAreRevokedByTheStateInRedis() throws JOSEException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            String token = signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(elliptic), c -> c);
            assertThat(validate(sidecar, token)).isInstanceOf(SessionVerdict.Valid.class);
            AtomicInteger told = new AtomicInteger();
            Session session = ((SessionVerdict.Valid) validate(sidecar, token)).session();
            sidecar.sessions.watch().watch(session, policy(), told::incrementAndGet);

            // When
            store.command("HSET", "jwt:ada", "revoked_before", Long.toString(now() - 1000));

            // Then
            await().atMost(PATIENCE).until(() -> isCached(validate(sidecar, token)));
            assertThat(told.get()).isZero();

            for (List<String> revocation : List.of(
                    List.of("HSET", "jwt:ada", "revoked_before", Long.toString(now() + 1)),
                    List.of("SET", "jwt:ada", Long.toString(now() + 1)),
                    List.of("HSET", "jwt:ada", "revoked", "1"),
                    List.of("SET", "jwt:ada", "unreadable"),
                    List.of("RPUSH", "jwt:ada", "unreadable"))) {
                // When
                store.command("DEL", "jwt:ada");
                await().atMost(PATIENCE).until(() -> validate(sidecar, token) instanceof SessionVerdict.Valid);
                store.command(revocation.toArray(String[]::new));

                // Then
                await().atMost(PATIENCE).until(() -> validate(sidecar, token) instanceof SessionVerdict.Invalid);
            }
            await().atMost(PATIENCE).until(() -> told.get() == 1);
        }
    }

    @Test
    void aRevocationThatIsInUseIsKeptFromEviction() throws JOSEException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given a user without any state, and one who is out
            String free = signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(elliptic), c -> c);
            String out = signed(JWSAlgorithm.ES256, "ec", new ECDSASigner(elliptic), c -> with(c, "sub", "eve"));
            store.command("SET", "jwt:eve", Long.toString(now() + 1000));
            for (int i = 0; i < 2; i++) {
                assertThat(validate(sidecar, free)).isInstanceOf(SessionVerdict.Valid.class);
                assertThat(validate(sidecar, out)).isInstanceOf(SessionVerdict.Invalid.class);
            }

            // When
            sidecar.sessions.touch();

            // Then
            await().atMost(PATIENCE)
                    .until(() -> store.command("INFO", "commandstats").contains("cmdstat_touch:calls=1,"));
            assertThat(isCached(validate(sidecar, free)))
                    .as("nothing was asked about what is not there")
                    .isTrue();
        }
    }

    @Test
    void aReplacedFileIsReadAgain() throws JOSEException, IOException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            write("rotated.json", rsa);
            PolicySection policy =
                    policy(new Jwt.InFile(directory.resolve("rotated.json").toString()));
            RSAKey fresh = new RSAKeyGenerator(2048).keyID("fresh").generate();
            String old = signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(rsa), c -> c);
            String rotated = signed(JWSAlgorithm.RS256, "fresh", new RSASSASigner(fresh), c -> c);
            assertThat(validate(sidecar, old, policy)).isInstanceOf(SessionVerdict.Valid.class);
            assertThat(validate(sidecar, rotated, policy)).isInstanceOf(SessionVerdict.Invalid.class);

            // When
            write("rotated.json", fresh);

            // Then
            await().atMost(PATIENCE).until(() -> validate(sidecar, rotated, policy) instanceof SessionVerdict.Valid);
            assertThat(validate(sidecar, old, policy))
                    .as("signed by a key that was taken away")
                    .isInstanceOf(SessionVerdict.Invalid.class);
        }
    }

    @Test
    void keysBehindAnAddressAreAskedForOnceInAWhile() throws JOSEException, IOException {
        AtomicInteger asked = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keys", exchange -> {
            asked.incrementAndGet();
            byte[] body = new JWKSet(rsa).toString(true).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            PolicySection policy = policy(new Jwt.AtUri(
                    URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys")));
            JWSSigner signer = new RSASSASigner(rsa);

            // When
            for (int i = 0; i < 20; i++) {
                String guess = signed(JWSAlgorithm.RS256, "guess-" + i, signer, c -> c);
                assertThat(validate(sidecar, guess, policy)).isInstanceOf(SessionVerdict.Invalid.class);
            }
            String token = signed(JWSAlgorithm.RS256, "rsa", signer, c -> c);

            // Then
            assertThat(validate(sidecar, token, policy)).isInstanceOf(SessionVerdict.Valid.class);
            assertThat(asked.get())
                    .as("unknown keys make nobody ask again so soon")
                    .isEqualTo(1);
            assertThat(sidecar.metrics.scrape()).contains("redisroles_jwks_refreshes_total{result=\"read\"} 1.0");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void withoutTheIssuersKeysNobodyCanTell() throws JOSEException, IOException {
        try (TestSessions sidecar = new TestSessions(redis.port())) {
            // Given
            PolicySection policy =
                    policy(new Jwt.InFile(directory.resolve("later.json").toString()));
            String token = signed(JWSAlgorithm.RS256, "rsa", new RSASSASigner(rsa), c -> c);

            // When, Then
            assertThatThrownBy(() -> validate(sidecar, token, policy))
                    .hasCauseInstanceOf(StoreUnavailableException.class);

            // When
            write("later.json", rsa);

            // Then
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> validate(sidecar, token, policy) instanceof SessionVerdict.Valid);
        }
    }

    private PolicySection policy() {
        return policy(new Jwt.InFile(directory.resolve("keys.json").toString()));
    }

    private static PolicySection policy(Jwt.Keys keys) {
        return TestPolicies.of(
                Duration.ofMinutes(30),
                new Jwt.Verified(ISSUER, "shop", keys, "jwt:"),
                new SessionSource(SessionSource.Kind.BEARER_JWT, "Authorization"));
    }

    private SessionVerdict validate(TestSessions sidecar, String token) {
        return validate(sidecar, token, policy());
    }

    private static SessionVerdict validate(TestSessions sidecar, String token, PolicySection policy) {
        return sidecar.validate(TestPolicies.bearer(token), policy);
    }

    private static boolean isCached(SessionVerdict verdict) {
        return verdict instanceof SessionVerdict.Valid valid && valid.cached();
    }

    private void write(String name, JWK... keys) throws IOException {
        Path fresh = Files.writeString(directory.resolve(name + ".new"), new JWKSet(List.of(keys)).toString(true));
        Files.move(fresh, directory.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }

    private static Map<String, Object> claims() {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("iss", ISSUER);
        claims.put("aud", "shop");
        claims.put("sub", "ada");
        claims.put("tier", "pro");
        claims.put("iat", now());
        claims.put("exp", now() + 600);
        return claims;
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        claims.put(name, value);
        return claims;
    }

    private static Map<String, Object> without(Map<String, Object> claims, String name) {
        claims.remove(name);
        return claims;
    }

    private static String signed(
            JWSAlgorithm algorithm, String kid, JWSSigner signer, UnaryOperator<Map<String, Object>> change)
            throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(algorithm)
                .keyID(kid)
                .type(JOSEObjectType.JWT)
                .build();
        JWSObject jws = new JWSObject(header, new Payload(change.apply(claims())));
        jws.sign(signer);
        return jws.serialize();
    }

    private static String critical(JWSSigner signer) throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("rsa")
                .criticalParams(java.util.Set.of("odd"))
                .customParam("odd", 1)
                .build();
        JWSObject jws = new JWSObject(header, new Payload(claims()));
        jws.sign(signer);
        return jws.serialize();
    }

    private static String unsigned(String header) {
        return Base64URL.encode(header) + "." + new Payload(claims()).toBase64URL();
    }

    private static String byEd25519(KeyPair pair) throws GeneralSecurityException {
        String input =
                Base64URL.encode("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}") + "." + new Payload(claims()).toBase64URL();
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(input.getBytes(StandardCharsets.US_ASCII));
        return input + "." + Base64URL.encode(signature.sign());
    }

    private static OctetKeyPair edwards(EdECPublicKey key) {
        byte[] big = key.getPoint().getY().toByteArray();
        byte[] x = new byte[32];
        for (int i = 0; i < Math.min(big.length, 32); i++) {
            x[i] = big[big.length - 1 - i];
        }
        if (key.getPoint().isXOdd()) {
            x[31] |= (byte) 0x80;
        }
        return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x))
                .keyID("ed")
                .build();
    }
}
