package io.redisroles.sidecar;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** JWTs over real sockets: who the app is told it is, what limits count, and that a revocation is heard. */
@Timeout(60)
class JwtProxyTest {
    private static final String RULES = """
            - name: api
              paths: ["/api"]
              methods: []
              session: Required
              onSessionStoreFailure: Deny
              limits: [{name: api, by: [user], amount: {requests: 2, burst: 2}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {pro: {requests: 3, burst: 3}}, onStoreFailure: Deny}]
            - {name: free, paths: ["/free"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}
            """;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private ECKey key;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    private RunningProxy proxy;

    @BeforeEach
    void start(@TempDir Path folder) throws JOSEException, IOException {
        key = new ECKeyGenerator(Curve.P_256).keyID("one").generate();
        Path keys = Files.writeString(folder.resolve("keys.json"), new JWKSet(key).toString(true));
        proxy = RunningProxy.edited(
                RULES,
                text -> text.replace("{kind: BEARER_TOKEN,", "{kind: BEARER_JWT,")
                        .replace(
                                "jwt: {type: Disabled}",
                                "jwt: {type: Verified, issuer: \"https://login.test\", audience: shop, statePrefix: \"jwt:\", keys: {type: InFile, file: "
                                        + keys + "}}"));
    }

    @AfterEach
    void stop() {
        proxy.close();
    }

    @Test
    void theSubjectIsTheUserAndATierIsAClaim() throws JOSEException {
        String pro = bearer(Map.of("sub", "ada", "tier", "pro"));

        assertThat(proxy.get("/api", pro))
                .startsWith("HTTP/1.1 200")
                .contains("x-auth-user: ada\n", "x-auth-tier: pro\n", "ratelimit-policy: \"api\";q=3;w=3600");
        assertThat(proxy.get("/api", bearer(Map.of("sub", "ada", "tier", "pro", "jti", "another"))))
                .startsWith("HTTP/1.1 200");
        assertThat(proxy.get("/api", pro)).startsWith("HTTP/1.1 200");
        assertThat(proxy.get("/api", pro))
                .as("all tokens of a user count as one")
                .startsWith("HTTP/1.1 429");
        assertThat(proxy.get("/api", bearer(Map.of("sub", "eve")))).startsWith("HTTP/1.1 200");
    }

    @Test
    void aTokenThatIsNotTheIssuersIsRefusedWithoutAWordToTheApp() throws JOSEException {
        key = new ECKeyGenerator(Curve.P_256).keyID("one").generate();

        assertThat(proxy.get("/free", bearer(Map.of("sub", "ada"))))
                .startsWith("HTTP/1.1 401")
                .contains("www-authenticate: Bearer error=\"invalid_token\"", "\"code\":\"session_invalid\"");
    }

    @Test
    void aRevokedUserIsOut() throws JOSEException {
        // Given
        String token = bearer(Map.of("sub", "ada"));
        assertThat(proxy.get("/free", token)).startsWith("HTTP/1.1 200");
        assertThat(proxy.get("/free", token)).startsWith("HTTP/1.1 200").contains("x-redisroles-source: cache");

        // When
        try (TestStore store = new TestStore(proxy.redis)) {
            store.command("SET", "jwt:ada", Long.toString(Instant.now().getEpochSecond() + 1));
        }

        // Then
        await().until(() -> proxy.get("/free", token).startsWith("HTTP/1.1 401"));
        assertThat(proxy.get("/free", bearer(Map.of("sub", "eve")))).startsWith("HTTP/1.1 200");
    }

    private String bearer(Map<String, Object> claims) throws JOSEException {
        Map<String, Object> all = new HashMap<>(Map.of(
                "iss",
                "https://login.test",
                "aud",
                "shop",
                "iat",
                Instant.now().getEpochSecond(),
                "exp",
                Instant.now().getEpochSecond() + 600));
        all.putAll(claims);
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("one").build(), new Payload(all));
        token.sign(new ECDSASigner(key));
        return "Authorization: Bearer " + token.serialize();
    }
}
