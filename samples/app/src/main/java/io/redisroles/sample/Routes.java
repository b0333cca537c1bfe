package io.redisroles.sample;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The answer to each request. Safe for all threads. */
final class Routes {
    private static final String COOKIE = "sid";
    private static final String COOKIE_ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Lax";
    private static final String BEARER = "Bearer ";

    private final Logins logins;

    Routes(Logins logins) {
        this.logins = logins;
    }

    /** Reads the request before it returns; the answer may come later, on any thread. */
    CompletableFuture<Answer> answer(FullHttpRequest request) {
        try {
            if (request.decoderResult().isFailure()) {
                throw new BadRequestException("the request is not valid HTTP");
            }
            return find(request);
        } catch (BadRequestException e) {
            return now(Answer.refusal(HttpResponseStatus.BAD_REQUEST, "bad_request", String.valueOf(e.getMessage())));
        }
    }

    private CompletableFuture<Answer> find(FullHttpRequest request) throws BadRequestException {
        Optional<Route> found = Route.at(new QueryStringDecoder(request.uri()).rawPath());
        if (found.isEmpty()) {
            return now(Answer.refusal(HttpResponseStatus.NOT_FOUND, "not_found", "there is nothing at this path"));
        }
        Route route = found.get();
        if (!route.takes(request.method())) {
            return now(Answer.refusal(
                            HttpResponseStatus.METHOD_NOT_ALLOWED,
                            "method_not_allowed",
                            route.path() + " takes " + route.allowed())
                    .with(HttpHeaderNames.ALLOW, route.allowed()));
        }
        return switch (route) {
            case LOGIN -> login(request);
            case LOGOUT -> logout(request.headers());
            case HELLO -> now(hello(request.headers()));
            case ECHO -> now(upgradeRequired());
            case HEALTH -> now(Answer.json(HttpResponseStatus.OK, new Health("ok")));
        };
    }

    private CompletableFuture<Answer> login(FullHttpRequest request) throws BadRequestException {
        User user = User.parse(ByteBufUtil.getBytes(request.content()));
        return logins.start(user).thenApply(Routes::loggedIn).exceptionally(Routes::unavailable);
    }

    private static Answer loggedIn(Credentials credentials) {
        String session = credentials.session().value();
        return Answer.json(
                        HttpResponseStatus.OK,
                        new LoggedIn(session, credentials.token().value()))
                .with(HttpHeaderNames.SET_COOKIE, COOKIE + "=" + session + COOKIE_ATTRIBUTES)
                .with(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE.toString());
    }

    /** Ends whatever the request presents; what is unknown has ended already. */
    private CompletableFuture<Answer> logout(HttpHeaders headers) {
        Stream<CompletableFuture<Void>> sessions = headers.getAll(HttpHeaderNames.COOKIE).stream()
                .flatMap(header -> ServerCookieDecoder.STRICT.decodeAll(header).stream())
                .filter(cookie -> cookie.name().equals(COOKIE))
                .flatMap(cookie -> Secret.presented(cookie.value()).stream())
                .limit(1)
                .map(logins::endSession);
        Stream<CompletableFuture<Void>> tokens =
                Optional.ofNullable(headers.get(HttpHeaderNames.AUTHORIZATION)).stream()
                        .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                        .flatMap(header -> Secret.presented(
                                header.substring(BEARER.length()).strip())
                                .stream())
                        .map(logins::endToken);
        return CompletableFuture.allOf(Stream.concat(sessions, tokens).toArray(CompletableFuture[]::new))
                .thenApply(ended -> Answer.noContent()
                        .with(HttpHeaderNames.SET_COOKIE, COOKIE + "=; Max-Age=0" + COOKIE_ATTRIBUTES))
                .exceptionally(Routes::unavailable);
    }

    /** Says who the sidecar says is asking. */
    private static Answer hello(HttpHeaders headers) throws BadRequestException {
        ObjectNode identity =
                JsonNodeFactory.instance.objectNode().putNull("user").putNull("tier");
        Optional<String> user = identity(headers, "X-Auth-User");
        Optional<String> tier = identity(headers, "X-Auth-Tier");
        user.ifPresent(value -> identity.put("user", value));
        tier.ifPresent(value -> identity.put("tier", value));
        return Answer.json(HttpResponseStatus.OK, identity);
    }

    private static Optional<String> identity(HttpHeaders headers, String name) throws BadRequestException {
        Optional<String> value = Optional.ofNullable(headers.get(name));
        try {
            // The decoder is for forms, where a plus is a space; in a header it is a plus.
            return value.map(
                    text -> QueryStringDecoder.decodeComponent(text.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new BadRequestException(name + " is not percent-encoded");
        }
    }

    private static Answer upgradeRequired() {
        return Answer.refusal(
                        HttpResponseStatus.UPGRADE_REQUIRED,
                        "upgrade_required",
                        Route.ECHO.path() + " speaks WebSocket")
                .with(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET.toString())
                .with(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE.toString());
    }

    private static Answer unavailable(Throwable failure) {
        return Answer.refusal(
                        HttpResponseStatus.SERVICE_UNAVAILABLE,
                        "redis_unavailable",
                        "Redis is not there, try again later")
                .with(HttpHeaderNames.RETRY_AFTER, "1");
    }

    private static CompletableFuture<Answer> now(Answer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private record LoggedIn(@JsonProperty("session_id") String sessionId, String token) {}

    private record Health(String status) {}
}
