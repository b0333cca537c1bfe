package io.redisroles.sidecar.admin;

import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * What a small page answers.
 *
 * @param type for {@code Content-Type}
 */
record Page(HttpResponseStatus status, String type, String body) {
    static Page text(String body) {
        return new Page(HttpResponseStatus.OK, "text/plain; charset=utf-8", body);
    }

    static Page json(String body) {
        return new Page(HttpResponseStatus.OK, "application/json", body);
    }

    static Page yaml(String body) {
        return new Page(HttpResponseStatus.OK, "application/yaml", body);
    }

    static Page refusal(HttpResponseStatus status) {
        return new Page(status, "text/plain; charset=utf-8", status.reasonPhrase() + "\n");
    }
}
