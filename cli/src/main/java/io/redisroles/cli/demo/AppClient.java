package io.redisroles.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.redisroles.cli.CliException;
import io.redisroles.contract.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** A user's browser, without the browser: requests to the app through the sidecar. One thread. */
final class AppClient {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();
    private final Endpoint address;
    private final String base;

    AppClient(Endpoint app) {
        this.address = app;
        this.base = "http://" + app;
    }

    /**
     * A user who has logged in.
     *
     * @param sessionId for the cookie {@code sid}
     * @param token for {@code Authorization: Bearer}
     */
    record Login(String sessionId, String token) {
        @Override
        public String toString() {
            return "Login[redacted]";
        }
    }

    /** An answer; headers that may be missing are empty. */
    record Answer(
            int status,
            String body,
            Optional<String> retryAfter,
            String rateLimit,
            String rateLimitPolicy,
            String source) {}

    Login login(String user, String tier) {
        HttpRequest request = request("/auth/login")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"" + user + "\",\"tier\":\"" + tier + "\"}"))
                .build();
        Answer answer = send(request);
        if (answer.status() != 200) {
            throw new CliException("login of " + user + " was answered " + answer.status() + ": " + answer.body());
        }
        try {
            JsonNode body = new JsonMapper().readTree(answer.body());
            return new Login(
                    body.path("session_id").asText(), body.path("token").asText());
        } catch (IOException e) {
            throw new CliException("login of " + user + " was not answered with JSON: " + answer.body(), e);
        }
    }

    Answer hello(Login login) {
        return ask("GET", "/api/hello", "Cookie", cookie(login));
    }

    Answer helloWithToken(String token) {
        return ask("GET", "/api/hello", "Authorization", "Bearer " + token);
    }

    Answer helloAnonymously() {
        return ask("GET", "/api/hello");
    }

    /** Ends the session, as its user would. */
    Answer logout(Login login) {
        return ask("POST", "/auth/logout", "Cookie", cookie(login));
    }

    /** Sends any request without a body; {@code fields} are names and values of its header. */
    Answer ask(String method, String path, String... fields) {
        HttpRequest.Builder request = request(path).method(method, HttpRequest.BodyPublishers.noBody());
        return send((fields.length == 0 ? request : request.headers(fields)).build());
    }

    /** Opens {@code /ws} with a session's cookie. */
    SocketClient connect(Login login) {
        return SocketClient.connect(http, URI.create(base.replaceFirst("http", "ws") + "/ws"), cookie(login));
    }

    /** Begins an upload that goes on until it is closed. */
    HalfRequest beginUpload(String path) {
        return HalfRequest.begin(address, path);
    }

    static String cookie(Login login) {
        return "sid=" + login.sessionId();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT);
    }

    private Answer send(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("Retry-After"),
                    response.headers().firstValue("RateLimit").orElse(""),
                    response.headers().firstValue("RateLimit-Policy").orElse(""),
                    response.headers().firstValue("X-RedisRoles-Source").orElse(""));
        } catch (IOException e) {
            throw new CliException(request.method() + " " + request.uri() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException("interrupted", e);
        }
    }
}
