package io.redisroles.sample;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.KillArgs;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class LoginTest {
    private static final long HALF_AN_HOUR = Duration.ofMinutes(30).toSeconds();
    private static final String ADA = "{\"user\":\"ada\",\"tier\":\"pro\"}";

    @TempDir
    Path bindings;

    RunningApp app;

    @BeforeEach
    void start() throws IOException {
        app = RunningApp.start(bindings);
    }

    @AfterEach
    void stop() {
        app.close();
    }

    @Test
    void aLoginWritesASessionAndAHashedToken() throws Exception {
        // When
        HttpResponse<String> answer = app.login(ADA);

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        String session = field(answer, "session_id");
        String token = field(answer, "token");
        assertThat(List.of(session, token)).allMatch(id -> id.matches("[A-Za-z0-9._-]{43}"));
        assertThat(answer.headers().firstValue("Set-Cookie"))
                .contains("sid=" + session + "; Path=/; HttpOnly; SameSite=Lax");
        String tokenHash = new Secret(token).sha256();
        Map<String, String> sessionRecord = app.hash("session:" + session);
        Map<String, String> tokenRecord = app.hash("auth:token:" + tokenHash);
        assertThat(sessionRecord)
                .containsEntry("user_id", "ada")
                .containsEntry("tier", "pro")
                .containsEntry("token_sha256", tokenHash)
                .containsOnlyKeys("user_id", "tier", "created_at", "token_sha256");
        assertThat(tokenRecord)
                .containsEntry("user_id", "ada")
                .containsEntry("tier", "pro")
                .containsEntry("session_id", session)
                .containsEntry("created_at", sessionRecord.get("created_at"))
                .containsOnlyKeys("user_id", "tier", "created_at", "token_id", "session_id");
        assertThat(Long.parseLong(tokenRecord.get("created_at")))
                .isCloseTo(Instant.now().getEpochSecond(), within(5L));
    }

    @Test
    void everyKeyHasATtlAndNoneNamesTheUser() throws Exception {
        // When
        HttpResponse<String> answer = app.login("{\"user\":\"ada@example.org\"}");

        // Then: "ada" alone may also stand in a hexadecimal hash
        String token = field(answer, "token");
        List<String> keys = app.keys();
        assertThat(keys).hasSize(2).noneMatch(key -> key.contains("example") || key.contains(token));
        assertThat(keys).allSatisfy(key -> assertThat(app.ttl(key)).isBetween(HALF_AN_HOUR - 10, HALF_AN_HOUR));
    }

    @Test
    void theTierIsFreeUnlessSaid() throws Exception {
        // When
        String session = field(app.login("{\"user\":\"Ada Lovelace, née Byron \uD83E\uDDEE\"}"), "session_id");

        // Then
        assertThat(app.hash("session:" + session))
                .containsEntry("tier", "free")
                .containsEntry("user_id", "Ada Lovelace, née Byron \uD83E\uDDEE");
    }

    @Test
    void aLogoutByCookieEndsSessionAndToken() throws Exception {
        // Given
        String session = field(app.login(ADA), "session_id");
        app.login(ADA);

        // When
        HttpResponse<String> answer = logout("Cookie", "theme=dark; sid=" + session);

        // Then
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(cookie -> assertThat(cookie).startsWith("sid=; Max-Age=0;"));
        assertThat(app.keys()).as("the other login stays").hasSize(2).doesNotContain("session:" + session);
    }

    @Test
    void aLogoutByTokenEndsSessionAndToken() throws Exception {
        // Given
        String token = field(app.login(ADA), "token");

        // When
        HttpResponse<String> answer = logout("Authorization", "bearer " + token);

        // Then
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(app.keys()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "Cookie, sid=unknown-session",
        "Cookie, sid=*",
        "Authorization, Bearer unknown-token",
        "Authorization, Basic YTpi",
        "X-Nothing, at-all"
    })
    void aLogoutOfNobodyIsFine(String header, String value) throws Exception {
        // Given
        app.login(ADA);

        // When
        HttpResponse<String> answer = logout(header, value);

        // Then
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(app.keys()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'user':|the body is not valid JSON at line 1, column",
                "{} {}|the body is not valid JSON",
                "{'user':'a','user':'b'}|the body is not valid JSON",
                "'ada'|the body is not a JSON object",
                "{'tier':'pro'}|user is missing or wrong (expected: a text of 1 to 64 printable characters)",
                "{'user':7}|user is missing or wrong",
                "{'user':''}|user is missing or wrong",
                "{'user':'a\\u0000'}|user is missing or wrong",
                "{'user':'ada','tier':'gold'}|tier is wrong (expected: free or pro)",
                "{'user':'ada','tier':null}|tier is wrong"
            })
    void aWrongBodyIsRefusedWithTheReason(String body, String message) throws Exception {
        // When
        HttpResponse<String> answer = app.login(body.replace('\'', '"'));

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(field(answer, "error")).isEqualTo("bad_request");
        assertThat(field(answer, "message")).startsWith(message);
        assertThat(app.keys()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65})
    void aBodyWithoutAUsableUserIsRefused(int length) throws Exception {
        // When
        HttpResponse<String> answer = app.login("{\"user\":\"" + "a".repeat(length) + "\"}");

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void withoutRedisTheAnswerIs503UntilItIsBack() throws Exception {
        // Given
        app.login(ADA);
        app.redis.kill();

        // When
        HttpResponse<String> answer = app.login(ADA);

        // Then
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(field(answer, "error")).isEqualTo("redis_unavailable");
        assertThat(logout("Cookie", "sid=some-session").statusCode()).isEqualTo(503);
        app.redis.restart();
        await().atMost(Duration.ofSeconds(5)).until(() -> app.login(ADA).statusCode() == 200);
    }

    @Test
    void aRedisThatDoesNotAnswerIs503WithinASecond() throws Exception {
        // Given
        app.login(ADA);
        app.redis.freeze();

        // When
        long start = System.nanoTime();
        HttpResponse<String> answer = app.login(ADA);
        Duration took = Duration.ofNanos(System.nanoTime() - start);

        // Then
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(took).isLessThan(Duration.ofSeconds(1));
        app.redis.thaw();
        await().atMost(Duration.ofSeconds(5)).until(() -> app.login(ADA).statusCode() == 200);
    }

    @Test
    void aChangedPasswordIsReadAtTheNextConnection() throws Exception {
        // Given
        app.login(ADA);
        app.inRedis(redis ->
                redis.aclSetuser("app", AclSetuserArgs.Builder.resetpass().addPassword("battery-staple")));
        app.inRedis(redis -> redis.clientKill(KillArgs.Builder.user("app")));
        await().atMost(Duration.ofSeconds(5)).until(() -> app.login(ADA).statusCode() == 503);

        // When
        app.write("password", "battery-staple");

        // Then
        assertThat(app.login(ADA).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> logout(String header, String value) throws Exception {
        return app.send(app.request("/auth/logout").header(header, value).POST(HttpRequest.BodyPublishers.noBody()));
    }

    private static String field(HttpResponse<String> answer, String name) throws IOException {
        JsonNode body = new JsonMapper().readTree(answer.body());
        return body.path(name).asText();
    }
}
