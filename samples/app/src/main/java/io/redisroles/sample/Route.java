package io.redisroles.sample;

import io.netty.handler.codec.http.HttpMethod;
import java.util.Arrays;
import java.util.Optional;

/** What the app serves: a path with its one method, where GET implies HEAD. */
enum Route {
    LOGIN("/auth/login", HttpMethod.POST),
    LOGOUT("/auth/logout", HttpMethod.POST),
    HELLO("/api/hello", HttpMethod.GET),
    ECHO("/ws", HttpMethod.GET),
    HEALTH("/healthz", HttpMethod.GET);

    private final String path;

    @SuppressWarnings("ImmutableEnumChecker") // HttpMethod is immutable but not annotated so.
    private final HttpMethod method;

    Route(String path, HttpMethod method) {
        this.path = path;
        this.method = method;
    }

    static Optional<Route> at(String path) {
        return Arrays.stream(values()).filter(route -> route.path.equals(path)).findFirst();
    }

    String path() {
        return path;
    }

    boolean takes(HttpMethod asked) {
        return asked.equals(method) || (asked.equals(HttpMethod.HEAD) && method.equals(HttpMethod.GET));
    }

    /** As the header Allow says it. */
    String allowed() {
        return method.equals(HttpMethod.GET) ? "GET, HEAD" : method.name();
    }
}
