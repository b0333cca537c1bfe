package io.redisroles.sidecar;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.redisroles.sidecar.Http2RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** HTTP/2 through the whole proxy, over real sockets, before an app that speaks nothing else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class Http2FrontTest {
    static final String RULES = """
            - {name: app, paths: ["/app/**"], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            - name: login
              paths: ["/login"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: login-ip, by: [ip], amount: {requests: 2, burst: 2}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: grpc
              paths: ["/pkg.Limited/*"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: calls, by: [ip], amount: {requests: 1, burst: 1}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: api
              paths: ["/api/**", "/pkg.Api/*"]
              methods: []
              session: Required
              onSessionStoreFailure: Deny
              limits: [{name: api, by: [user, rule], amount: {requests: 100, burst: 100}, algorithm: {type: SlidingWindow, per: 1m}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            """;
    private static final String[] GRPC = {"content-type", "application/grpc", "te", "trailers"};

    private final Http2App app = new Http2App(100);
    private final RunningProxy proxy = RunningProxy.before(app.port(), RULES);
    private final TestStore redis = new TestStore(proxy.redis);

    @BeforeAll
    void sessions() {
        redis.command("HSET", "session:ada-12345678", "user_id", "ada", "tier", "pro");
    }

    @AfterAll
    void stop() {
        redis.close();
        proxy.close();
        app.close();
    }

    private Http2RawClient connect() {
        return Http2RawClient.connect(proxy.address());
    }

    @Test
    void aRequestComesToTheAppWithItsUserAndItsAnswerWithItsLimits() {
        try (Http2RawClient client = connect()) {
            // When
            client.get(1, "/api/./x//y", "cookie", "a=b", "cookie", "sid=ada-12345678", "x_auth_user", "mallory");
            var answer = client.answer(1);

            // Then
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text())
                    .contains(":path: /api/x/y\n", ":authority: app.test\n", ":scheme: http\n")
                    .contains("x-auth-user: ada\n", "x-forwarded-for: 127.0.0.1\n", "x-forwarded-host: app.test\n")
                    .contains("cookie: a=b; sid=ada-12345678\n")
                    .doesNotContain("mallory");
            assertThat(answer.field("ratelimit-policy")).isEqualTo("\"api\";q=100;w=60");
        }
    }

    @Test
    void eachStreamIsDecidedByItself() {
        try (Http2RawClient client = connect()) {
            // When
            client.get(1, "/login");
            client.get(3, "/login");
            client.answer(1);
            client.answer(3);
            client.get(5, "/login");
            client.get(7, "/api/x");
            client.get(9, "/nowhere");
            client.get(11, "/app/x");

            // Then
            assertThat(client.answer(5).status()).isEqualTo(429);
            assertThat(client.answer(5).field("retry-after")).isNotEmpty();
            assertThat(client.answer(5).text()).contains("quota-exceeded");
            assertThat(client.answer(7).status()).isEqualTo(401);
            assertThat(client.answer(9).status()).isEqualTo(403);
            assertThat(client.answer(11).status()).isEqualTo(200);
        }
    }

    @Test
    void aHundredStreamsShareOneConnection() {
        try (Http2RawClient client = connect()) {
            // When
            for (int i = 0; i < 100; i++) {
                client.get(2 * i + 1, "/app/hold");
            }
            await().until(() -> app.held() == 100);
            app.letGo();

            // Then
            for (int i = 0; i < 100; i++) {
                assertThat(client.answer(2 * i + 1).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void bodiesAndTrailersStreamBothWaysAtOnce() {
        try (Http2RawClient client = connect()) {
            // When
            client.headers(1, false, request("POST", "/app/echo", GRPC));
            client.data(1, false, "ping".getBytes(StandardCharsets.US_ASCII));
            client.await(Http2RawClient.DATA);

            // Then
            assertThat(client.soFar(1).text()).isEqualTo("ping");
            client.data(1, false, "pong".getBytes(StandardCharsets.US_ASCII));
            client.headers(1, true, "x-after", "all", "x-auth-user", "mallory");
            var answer = client.answer(1);
            assertThat(answer.text()).isEqualTo("pingpong");
            assertThat(answer.field("grpc-status")).isEqualTo("0");
            assertThat(answer.field("echo-x-after")).isEqualTo("all");
            assertThat(answer.field("echo-x-auth-user")).isEmpty();
            assertThat(app.heads())
                    .anyMatch(head -> head.contains(":path: /app/echo\n") && head.contains("te: trailers\n"));
        }
    }

    @Test
    void anAnswerIsReadOnlyAsTheClientTakesIt() {
        try (Http2RawClient client = connect().keepingWindow()) {
            // When
            long before = app.sent();
            client.get(1, "/app/big=50000000");
            while (client.soFar(1).length() < 65_535) {
                client.await(Http2RawClient.DATA);
            }

            // Then
            client.get(3, "/app/x");
            assertThat(app.sent() - before).isLessThan(1_000_000);
            client.frame(Http2RawClient.WINDOW_UPDATE, 0, 0, Http2RawClient.int32(1_000));
            assertThat(client.answer(3).status()).as("others go on").isEqualTo(200);
        }
    }

    @Test
    void aRequestIsReadOnlyAsTheAppTakesIt() {
        try (Http2RawClient client = connect()) {
            // When
            long before = app.received();
            client.headers(1, false, request("POST", "/app/deaf"));
            client.data(1, false, new byte[16_384]);
            client.data(1, false, new byte[16_384]);
            client.data(1, false, new byte[16_384]);
            client.data(1, false, new byte[16_383]);
            client.get(3, "/app/x");
            client.answer(3);

            // Then
            assertThat(app.received() - before).isLessThan(65_535);
            assertThat(client.soFar(1).isComplete()).isFalse();
        }
    }

    @Test
    void aClientsResetCancelsTheRequestAtTheApp() {
        try (Http2RawClient client = connect()) {
            // Given
            client.get(1, "/app/hold");
            await().until(() -> app.held() > 0);

            // When
            client.frame(Http2RawClient.RST_STREAM, 0, 1, Http2RawClient.int32(8));

            // Then
            await().until(() -> app.resets().contains(8L));
            app.letGo();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/app/reset=11", "/app/late-reset=11"})
    void anAppsResetReachesTheClientWithItsReason(String path) {
        try (Http2RawClient client = connect()) {
            // When
            client.get(1, path);

            // Then
            assertThat(client.answer(1).reset()).isEqualTo(11);
            client.get(3, "/app/x");
            assertThat(client.answer(3).status()).isEqualTo(200);
        }
    }

    @Test
    void anAppMayAnswerBeforeItHasReadTheRequest() {
        try (Http2RawClient client = connect()) {
            // When
            client.headers(1, false, request("POST", "/app/early"));
            client.data(1, false, new byte[1000]);
            var answer = client.answer(1);

            // Then
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.isComplete()).isTrue();
            client.await(Http2RawClient.RST_STREAM);
            assertThat(client.soFar(1).reset()).as("no more of it is wanted").isZero();
        }
    }

    @Test
    void interimAnswersPass() {
        try (Http2RawClient client = connect()) {
            // When
            client.get(1, "/app/hints");
            var answer = client.answer(1);

            // Then
            assertThat(answer.blocks().get(0).status().toString()).isEqualTo("103");
            assertThat(answer.field("link")).contains("style.css");
            assertThat(answer.text()).isEqualTo("with hints");
        }
    }

    @Test
    void anAnswerToHeadHasALengthAndNoBody() {
        try (Http2RawClient client = connect()) {
            // When
            client.headers(1, true, request("HEAD", "/app/x"));
            var answer = client.answer(1);

            // Then
            assertThat(answer.field("content-length")).isEqualTo("42");
            assertThat(answer.frames()).isEqualTo(1);
        }
    }

    @Test
    void trailersAlonePassAsOneFrame() {
        try (Http2RawClient client = connect()) {
            // When
            client.headers(1, true, request("POST", "/app/trailers-only", GRPC));
            var answer = client.answer(1);

            // Then
            assertThat(answer.field("grpc-status")).isEqualTo("5");
            assertThat(answer.frames()).isEqualTo(1);
        }
    }

    @Test
    void refusalsOfGrpcAreTrailersAlone() {
        try (Http2RawClient client = connect()) {
            // When
            client.headers(1, true, request("POST", "/pkg.Limited/Call", GRPC));
            client.answer(1);
            client.headers(3, true, request("POST", "/pkg.Limited/Call", GRPC));
            client.headers(5, false, request("POST", "/pkg.Api/Call", GRPC));
            client.headers(7, true, request("POST", "/pkg.Unknown/Call", GRPC));

            // Then
            var limited = client.answer(3);
            assertThat(limited.status()).isEqualTo(200);
            assertThat(limited.frames()).isEqualTo(1);
            assertThat(limited.field("content-type")).isEqualTo("application/grpc");
            assertThat(limited.field("grpc-status")).isEqualTo("8");
            assertThat(Long.parseLong(limited.field("grpc-retry-pushback-ms"))).isPositive();
            assertThat(limited.field("ratelimit")).startsWith("\"calls\";r=0");
            assertThat(client.answer(5).field("grpc-status")).isEqualTo("16");
            assertThat(client.answer(7).field("grpc-status")).isEqualTo("7");
        }
    }

    @Test
    void refusalsOfGrpcOverHttp1AreInTheHead() {
        assertThat(proxy.get("/pkg.Api/Call", "Content-Type: application/grpc"))
                .startsWith("HTTP/1.1 200")
                .contains("grpc-status: 16\r\n", "grpc-message: session_missing\r\n");
    }
}
