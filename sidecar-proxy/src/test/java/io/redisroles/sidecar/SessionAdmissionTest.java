package io.redisroles.sidecar;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What a credential is worth, over real sockets: forged requests, API keys, and a store of sessions that is gone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SessionAdmissionTest {
    private static final String RULES = """
            - name: guessed
              paths: ["/app/guessed"]
              methods: []
              session: Required
              onSessionStoreFailure: Deny
              limits:
              - {name: guessed-ip, by: [ip], amount: {requests: 2, burst: 2}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}
              - {name: guessed-user, by: [user], amount: {requests: 1, burst: 1}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}
            - {name: lenient, paths: ["/app/lenient"], methods: [], session: Required, onSessionStoreFailure: Allow, limits: []}
            - {name: strict, paths: ["/app/strict"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}
            - {name: app, paths: ["/app/**"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final String COOKIE = "Cookie: sid=ada-12345678";
    private static final String ELSEWHERE = "Sec-Fetch-Site: cross-site";

    private final RunningProxy proxy = RunningProxy.start("2s", "20s", RULES);
    private final TestStore redis = new TestStore(proxy.redis);

    @BeforeAll
    void sessionsAndACheckOfOrigins() {
        redis.command("HSET", "session:ada-12345678", "user_id", "ada", "tier", "pro");
        redis.command("HSET", "apikey:" + sha256("key-of-a-program"), "owner", "program", "tier", "pro");
        proxy.reload(
                policy -> policy.replace("csrf: {mode: Disabled", "csrf: {mode: CrossOrigin")
                        .replace(
                                "[{kind: COOKIE, name: sid}",
                                "[{kind: API_KEY, name: X-API-Key}, {kind: COOKIE, name: sid}"),
                RULES);
        await().atMost(Duration.ofSeconds(30)).until(() -> RawClient.status(post("/app/x", COOKIE, ELSEWHERE)) == 403);
    }

    @AfterAll
    void stop() {
        redis.close();
        proxy.close();
    }

    @Test
    void anotherSiteCannotActForTheUser() {
        assertThat(post("/app/x", COOKIE, ELSEWHERE)).startsWith("HTTP/1.1 403").contains("\"code\":\"csrf\"");
        assertThat(post("/app/x", COOKIE, "Origin: https://attacker.test")).startsWith("HTTP/1.1 403");
        assertThat(post("/app/x", COOKIE, "Origin: https://app.test")).startsWith("HTTP/1.1 200");
        assertThat(proxy.get("/app/x", COOKIE, ELSEWHERE)).startsWith("HTTP/1.1 200");
        proxy.awaitMetrics("outcome=\"csrf\"");
    }

    @Test
    void whatNoBrowserSendsByItselfNeedsNoCheck() {
        assertThat(post("/app/x", "X-Session-Id: ada-12345678", ELSEWHERE)).startsWith("HTTP/1.1 200");
    }

    @Test
    void aWebSocketOfAnotherSiteIsRefused() {
        assertThat(proxy.get("/app/x", COOKIE, "Upgrade: websocket", "Origin: https://attacker.test"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void aForgedRequestIsCountedWithoutItsUser() {
        // When
        for (int i = 0; i < 2; i++) {
            assertThat(post("/app/guessed", COOKIE, ELSEWHERE)).startsWith("HTTP/1.1 403");
        }

        // Then
        assertThat(post("/app/guessed", COOKIE, ELSEWHERE))
                .startsWith("HTTP/1.1 429")
                .contains("violated-policies\":[\"guessed-ip\"]");
    }

    @Test
    void anApiKeysOwnerIsTheUser() {
        assertThat(proxy.get("/app/x", "X-API-Key: key-of-a-program"))
                .startsWith("HTTP/1.1 200")
                .contains("x-auth-user: program\n", "x-auth-tier: pro\n");
        assertThat(proxy.get("/app/x", "X-API-Key: another", COOKIE))
                .as("the first credential decides")
                .startsWith("HTTP/1.1 401")
                .contains("www-authenticate: Session\r\n", "\"code\":\"session_invalid\"");
    }

    @Test
    void aKnownSessionIsSaidToBeCached() {
        // Given
        proxy.get("/app/strict", COOKIE);

        // When, Then
        assertThat(proxy.get("/app/strict", COOKIE)).contains("x-redisroles-source: cache\r\n");
    }

    @Test
    void aRuleMayPassRequestsWhileTheStoreOfSessionsIsGone() {
        // Given
        RunningProxy lost = RunningProxy.start("2s", "20s", RULES);
        try (lost) {
            lost.redis.kill();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> lost.get("/app/strict", COOKIE).startsWith("HTTP/1.1 503"));

            // When
            String answer = lost.get("/app/lenient", COOKIE, "X-Auth-User: mallory");

            // Then
            assertThat(answer)
                    .startsWith("HTTP/1.1 200")
                    .contains("x-redisroles-source: local\r\n")
                    .doesNotContain("x-auth-user");
            assertThat(lost.get("/app/lenient")).as("no credential at all").startsWith("HTTP/1.1 401");
            lost.awaitMetrics("limit=\"\",outcome=\"admitted\",rule=\"lenient\",source=\"local\"} 1.0");
        }
    }

    private String post(String path, String... fields) {
        return RawClient.untilClose(
                proxy.address(),
                "POST " + path + " HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\nContent-Length: 0\r\n"
                        + String.join("\r\n", fields) + "\r\n\r\n");
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
