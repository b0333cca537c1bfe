package io.redisroles.sample;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is answered to one request.
 *
 * @param body JSON, or empty
 */
record Answer(HttpResponseStatus status, Map<String, String> headers, String body) {
    private static final JsonMapper JSON = new JsonMapper();

    Answer {
        headers = Map.copyOf(headers);
    }

    static Answer json(HttpResponseStatus status, Object body) {
        try {
            return new Answer(status, Map.of(), JSON.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an answer that cannot be written as JSON", e);
        }
    }

    /**
     * An answer that is a refusal.
     *
     * @param error for programs; stable
     * @param message for people
     */
    static Answer refusal(HttpResponseStatus status, String error, String message) {
        return json(status, new Refusal(error, message));
    }

    static Answer noContent() {
        return new Answer(HttpResponseStatus.NO_CONTENT, Map.of(), "");
    }

    Answer with(CharSequence header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header.toString(), value);
        return new Answer(status, more, body);
    }

    FullHttpResponse toResponse() {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8)));
        headers.forEach(response.headers()::set);
        if (!body.isEmpty()) {
            response.headers()
                    .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                    .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes());
        }
        return response;
    }

    private record Refusal(String error, String message) {}
}
