package io.redisroles.sidecar;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The whole proxy over real sockets, with a real Redis. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class ProxyServerTest {
    private static final String RULES = """
            - {name: app, paths: ["/app/**"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            - name: login
              paths: ["/login"]
              methods: [POST, GET]
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: login-ip, by: [ip], amount: {requests: 3, burst: 3}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: crowd
              paths: ["/crowd"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits:
              - {name: crowd-rule, by: [rule], amount: {requests: 50, burst: 50}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}
              - {name: crowd-ip, by: [ip, rule], amount: {requests: 1000, burst: 1000}, algorithm: {type: SlidingWindow, per: 1h}, cost: 2, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}
            - name: guess
              paths: ["/guess"]
              methods: []
              session: Required
              onSessionStoreFailure: Deny
              limits:
              - {name: guess-ip, by: [ip], amount: {requests: 2, burst: 2}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}
              - {name: guess-user, by: [user], amount: {requests: 100, burst: 100}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}
            - name: maybe
              paths: ["/maybe"]
              methods: []
              session: Optional
              onSessionStoreFailure: Deny
              limits: [{name: maybe, by: [user], amount: {requests: 2, burst: 2}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: api
              paths: ["/api/**"]
              methods: [GET, POST]
              session: Required
              onSessionStoreFailure: Deny
              limits: [{name: api, by: [user, rule], amount: {requests: 100, burst: 100}, algorithm: {type: SlidingWindow, per: 1m}, cost: 1, unit: Request, mode: Enforce, tiers: {pro: {requests: 1000, burst: 1000}}, onStoreFailure: Deny}]
            """;

    private RunningProxy proxy = RunningProxy.start(RULES);
    private TestStore redis = new TestStore(proxy.redis);

    @BeforeAll
    void sessions() {
        redis.command("HSET", "session:ada-12345678", "user_id", "ada", "tier", "pro");
        redis.command("SET", "session:bob-12345678", "{\"user_id\":\"b\u00f6b\"}");
        // sha256("opaque-token")
        redis.command("SET", "auth:token:" + sha256("opaque-token"), "carol");
    }

    @AfterAll
    void stop() {
        redis.close();
        proxy.close();
    }

    @Test
    void aSessionsUserIsToldToTheAppAndItsLimitToTheClient() {
        // When
        String answer = proxy.get(
                "/api/hello", "Cookie: a=b; sid=ada-12345678", "X_Auth_User: mallory", "x-auth-USER: mallory");

        // Then
        assertThat(answer)
                .startsWith("HTTP/1.1 200 OK")
                .contains("x-auth-user: ada\n", "x-auth-tier: pro\n", "x-forwarded-for: 127.0.0.1\n")
                .contains("x-forwarded-proto: http\n", "x-forwarded-host: app.test\n")
                .contains(
                        "ratelimit-policy: \"api\";q=1000;w=60\r\n",
                        "ratelimit: \"api\";r=",
                        "x-redisroles-source: redis\r\n")
                .doesNotContain("mallory", "x-auth-session: ada");
    }

    @Test
    void aNameBeyondAsciiIsPercentEncoded() {
        assertThat(proxy.get("/api/hello", "X-Session-Id: bob-12345678"))
                .contains("x-auth-user: b%C3%B6b\n", "x-auth-tier: free\n");
    }

    @Test
    void anOpaqueTokenIsKnownByItsHash() {
        assertThat(proxy.get("/api/hello", "Authorization: Bearer opaque-token"))
                .contains("x-auth-user: carol\n");
    }

    @Test
    void aDeletedSessionIsOutAtOnce() {
        // Given
        redis.command("HSET", "session:eve-12345678", "user_id", "eve");
        assertThat(RawClient.status(proxy.get("/api/x", "Cookie: sid=eve-12345678")))
                .isEqualTo(200);

        // When
        redis.command("DEL", "session:eve-12345678");

        // Then: as soon as the deletion was pushed to the cache
        await().untilAsserted(() -> assertThat(proxy.get("/api/x", "Cookie: sid=eve-12345678"))
                .startsWith("HTTP/1.1 401")
                .contains("www-authenticate: Session\r\n", "\"code\":\"session_invalid\""));
    }

    @Test
    void aRequestWithoutASessionIsToldHowToGetIn() {
        // When
        String answer = proxy.get("/api/hello");

        // Then
        assertThat(answer)
                .startsWith("HTTP/1.1 401")
                .contains("content-type: application/problem+json", "www-authenticate: Session\r\n")
                .contains("\"code\":\"session_missing\"", "\"status\":401");
        assertThat(proxy.get("/api/hello", "Authorization: Bearer wrong-token"))
                .contains("www-authenticate: Bearer error=\"invalid_token\"\r\n", "\"code\":\"session_invalid\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cookie: sid=short",
                "Cookie: sid=ada-12345678; sid=eve-12345678",
                "Cookie: sid=ada-12345678\r\nCookie: sid=x",
                "Cookie: sid=",
                "Authorization: Bearer",
                "X-Session-Id: ada-123456*8"
            })
    void aMalformedCredentialIsNoSession(String field) {
        assertThat(proxy.get("/api/hello", field)).startsWith("HTTP/1.1 401").contains("session_invalid");
    }

    @Test
    void overTheLimitTheAnswerSaysWhichAndHowLong() {
        // Given
        for (int i = 0; i < 3; i++) {
            assertThat(RawClient.status(proxy.get("/login"))).isEqualTo(200);
        }

        // When
        String answer = proxy.get("/login");

        // Then
        assertThat(answer)
                .startsWith("HTTP/1.1 429 Too Many Requests")
                .containsPattern("retry-after: 36[0-9]{2}\r\n")
                .contains("ratelimit-policy: \"login-ip\";q=3;w=3600\r\n")
                .containsPattern("ratelimit: \"login-ip\";r=0;t=36[0-9]{2}\r\n")
                .contains("\"type\":\"https://iana.org/assignments/http-problem-types#quota-exceeded\"")
                .contains("\"violated-policies\":[\"login-ip\"]", "\"code\":\"quota_exceeded\"");
    }

    @Test
    void guessingSessionsIsLimitedByAddressOnly() {
        // When
        String first = proxy.get("/guess", "Cookie: sid=wrong-000001");
        String second = proxy.get("/guess", "Cookie: sid=wrong-000002");
        String third = proxy.get("/guess", "Cookie: sid=wrong-000003");

        // Then
        assertThat(RawClient.status(first)).isEqualTo(401);
        assertThat(RawClient.status(second)).isEqualTo(401);
        assertThat(third).startsWith("HTTP/1.1 429").contains("[\"guess-ip\"]");
        assertThat(redis.command("KEYS", "rate:*guess-user*")).isEmpty();
    }

    @Test
    void anAnonymousRequestIsCountedByItsAddress() {
        // When
        proxy.get("/maybe");

        // Then
        assertThat(redis.command("KEYS", "rate:*:maybe")).isEqualTo("rate:{ip=127.0.0.1}:caas/gateway:maybe");
        assertThat(Long.parseLong(redis.command("TTL", "rate:{ip=127.0.0.1}:caas/gateway:maybe")))
                .isPositive();
    }

    @Test
    void aBrowsersPreflightNeedsNoSession() {
        // When
        String answer = RawClient.untilClose(
                proxy.address(),
                RawClient.head(
                        "OPTIONS /api/hello HTTP/1.1",
                        "Host: a",
                        "Origin: https://x.test",
                        "Access-Control-Request-Method: POST",
                        "Connection: close"));

        // Then
        assertThat(answer)
                .startsWith("HTTP/1.1 200")
                .contains("ratelimit: \"api\"")
                .doesNotContain("x-auth-user");
    }

    @Test
    void whatNoRuleMatchesIsRefused() {
        assertThat(proxy.get("/nowhere")).startsWith("HTTP/1.1 403").contains("\"code\":\"no_rule\"");
        assertThat(proxy.get("/app/../nowhere")).startsWith("HTTP/1.1 403");
    }

    @Test
    void theAppGetsThePathThatWasMatched() {
        assertThat(proxy.get("//app/./x/../%61%2d%c3%a9//y/?q=%2f")).contains("GET /app/a-%C3%A9/y/?q=%2f HTTP/1.1\n");
    }

    @Test
    void manyAtOnceAdmitExactlyTheLimit() throws Exception {
        // Given
        HttpClient client = HttpClient.newHttpClient();
        URI uri = URI.create("http://127.0.0.1:" + proxy.address().getPort() + "/crowd");
        ExecutorService threads = Executors.newFixedThreadPool(16);

        // When
        var answers = IntStream.range(0, 200)
                .mapToObj(i -> threads.submit(() -> client.send(
                                HttpRequest.newBuilder(uri)
                                        .timeout(Duration.ofSeconds(30))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode()))
                .toList();

        // Then
        int admitted = 0;
        for (Future<Integer> answer : answers) {
            admitted += answer.get() == 200 ? 1 : 0;
        }
        threads.shutdown();
        assertThat(admitted).isEqualTo(50);
    }

    @Test
    void bodiesOfAllFramingsPass() {
        assertThat(proxy.get("/app/chunked"))
                .contains("transfer-encoding: chunked")
                .contains("hello")
                .contains(" world")
                .contains("X-Trail: t");
        assertThat(proxy.get("/app/until-close")).contains("to the end").contains("transfer-encoding: chunked");
        assertThat(proxy.get("/app/204"))
                .startsWith("HTTP/1.1 204")
                .endsWith("\r\n\r\n")
                .doesNotContain("transfer-encoding");
        assertThat(proxy.get("/app/304"))
                .startsWith("HTTP/1.1 304")
                .endsWith("\r\n\r\n")
                .contains("ETag: \"x\"");
        assertThat(RawClient.untilClose(
                        proxy.address(), "HEAD /app/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .contains("Content-Length: 42\r\n")
                .endsWith("\r\n\r\n");
        assertThat(RawClient.untilClose(
                        proxy.address(),
                        RawClient.head(
                                        "POST /app/x HTTP/1.1",
                                        "Host: a",
                                        "Connection: close",
                                        "Transfer-Encoding: chunked")
                                + RawClient.head("3", "abc", "4", "defg", "0", "X_Auth_User: eve")))
                .contains("body=7\n");
    }

    @Test
    void anOldClientGetsItsAnswerUntilTheConnectionEnds() {
        assertThat(RawClient.untilClose(proxy.address(), "GET /app/chunked HTTP/1.0\r\n\r\n"))
                .endsWith("\r\n\r\nhello world")
                .doesNotContain("chunked");
    }

    @Test
    void largeBodiesStreamBothWays() throws Exception {
        // Given
        long bytes = 48L * 1024 * 1024;
        HttpClient client = HttpClient.newHttpClient();
        String base = "http://127.0.0.1:" + proxy.address().getPort();

        // When
        long down = client.send(
                        HttpRequest.newBuilder(URI.create(base + "/app/big?bytes=" + bytes))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .body()
                .transferTo(OutputStream.nullOutputStream());
        byte[] block = new byte[(int) bytes];
        String up = client.send(
                        HttpRequest.newBuilder(URI.create(base + "/app/upload"))
                                .POST(HttpRequest.BodyPublishers.ofByteArray(block))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();

        // Then
        assertThat(down).isEqualTo(bytes);
        assertThat(up).contains("body=" + bytes);
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOn() throws Exception {
        try (Socket socket =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            // Given
            socket.setSoTimeout(30_000);
            OutputStream out = socket.getOutputStream();
            out.write(
                    "POST /app/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));

            // When
            byte[] interim = socket.getInputStream().readNBytes("HTTP/1.1 100 Continue\r\n\r\n".length());
            out.write("abc".getBytes(StandardCharsets.US_ASCII));

            // Then
            assertThat(new String(interim, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .contains("body=3");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        // Given
        String refused = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";
        String passed = "POST /app/%d HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy";
        String last = "GET /app/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

        // When
        String answer = RawClient.untilClose(
                proxy.address(), refused.repeat(2000) + passed.formatted(1) + refused + passed.formatted(2) + last);

        // Then
        assertThat(answer.split("HTTP/1.1 403", -1)).hasSize(2002);
        assertThat(answer.indexOf("POST /app/1 ")).isPositive().isLessThan(answer.indexOf("POST /app/2 "));
        assertThat(answer.indexOf("POST /app/2 ")).isLessThan(answer.indexOf("GET /app/last "));
    }

    @Test
    void aClientThatOnlyStoppedSendingGetsItsAnswer() throws Exception {
        try (Socket socket =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            // Given
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write("GET /app/half HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

            // When
            socket.shutdownOutput();
            InputStream in = socket.getInputStream();

            // Then
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200")
                    .contains("GET /app/half");
        }
    }

    @Test
    void anAppThatClosesIdleConnectionsIsNoError() {
        for (int i = 0; i < 50; i++) {
            assertThat(RawClient.status(proxy.get("/app/once")))
                    .as("request %d", i)
                    .isEqualTo(200);
            assertThat(RawClient.untilClose(
                            proxy.address(),
                            "POST /app/once HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"))
                    .as("request %d", i)
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void anAppThatDropsTheRequestIsA502() {
        assertThat(proxy.get("/app/drop")).startsWith("HTTP/1.1 502").contains("\"code\":\"upstream_unavailable\"");
    }

    @Test
    void anAnswerThatIsCutOffIsNotCompletedForTheApp() {
        assertThat(proxy.get("/app/short")).contains("Content-Length: 100").endsWith("\r\n\r\nshort");
    }

    @Test
    void hopByHopFieldsStayOnTheirHop() {
        assertThat(proxy.get(
                        "/app/x",
                        "Connection: X-Private, Upgrade",
                        "X-Private: 1",
                        "Upgrade: websocket",
                        "Keep-Alive: 5",
                        "TE: trailers",
                        "X-Kept: 1"))
                .contains("X-Kept: 1\n")
                .doesNotContain("X-Private", "websocket", "Keep-Alive", "TE:");
    }

    @Test
    void theAdminPortAnswersProgramsOnThisHostOnly() {
        assertThat(RawClient.get(proxy.server.admin(), "/config")).startsWith("HTTP/1.1 403");
        String local = "GET /stats HTTP/1.1\r\nHost: 127.0.0.1:15021\r\n";
        assertThat(RawClient.untilClose(proxy.server.admin(), local + "\r\n"))
                .contains(
                        "\"storage_type\":\"redis\"",
                        "\"sockets\":{\"open\":0}",
                        "\"connected\":true",
                        "\"ttl_seconds\":1800",
                        "\"used_memory_human\":\"");
        assertThat(RawClient.untilClose(proxy.server.admin(), local + "Origin: http://127.0.0.1\r\n\r\n"))
                .startsWith("HTTP/1.1 403");
    }

    @Test
    void probesAndMetricsAnswer() {
        assertThat(RawClient.get(proxy.server.probes(), "/healthz/live")).startsWith("HTTP/1.1 200");
        assertThat(RawClient.get(proxy.server.probes(), "/healthz/ready")).startsWith("HTTP/1.1 200");
        proxy.get("/nowhere");
        proxy.awaitMetrics(
                "redisroles_config_valid 1.0",
                "redisroles_redis_up{store=\"limits\"} 1.0",
                "redisroles_new_subjects_overflowed_total{limit=\"login-ip\"} 0.0",
                "outcome=\"no_rule\"");
    }

    private static String sha256(String text) {
        try {
            byte[] digest =
                    java.security.MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return java.util.HexFormat.of().formatHex(digest);
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
