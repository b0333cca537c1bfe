package io.redisroles.sidecar.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.limit.Quota;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** Turns a refusal into HTTP; the only place that does. Bodies are problem details (RFC 9457). */
public final class Answers {
    private static final String QUOTA_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    private final RateLimitFields rateLimits;

    Answers(RateLimitFields rateLimits) {
        this.rateLimits = rateLimits;
    }

    FullHttpResponse of(Verdict.Reject refusal) {
        Problem problem = refusal.problem();
        byte[] body = body(refusal).getBytes(StandardCharsets.UTF_8);
        FullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(problem.status()), Unpooled.wrappedBuffer(body));
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CACHE_CONTROL, "no-store");
        if (!refusal.challenge().isEmpty()) {
            answer.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, refusal.challenge());
        }
        if (problem == Problem.STORE_UNAVAILABLE) {
            answer.headers().set(HttpHeaderNames.RETRY_AFTER, 1);
        }
        if (problem == Problem.UPGRADE_REQUIRED) {
            answer.headers()
                    .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        }
        rateLimits.write(answer.headers(), refusal);
        return answer;
    }

    /** For a client of gRPC: everything is in the head. */
    FullHttpResponse grpc(Verdict.Reject refusal) {
        FullHttpResponse answer =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER);
        answer.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
        GrpcStatus.write(answer.headers(), refusal);
        rateLimits.write(answer.headers(), refusal);
        return answer;
    }

    private static String body(Verdict.Reject refusal) {
        Problem problem = refusal.problem();
        String type = problem == Problem.QUOTA_EXCEEDED ? QUOTA_TYPE : "about:blank";
        String title = HttpResponseStatus.valueOf(problem.status()).reasonPhrase();
        String violated = problem != Problem.QUOTA_EXCEEDED
                ? ""
                : refusal.quotas().stream()
                        .filter(Quota::refused)
                        .map(quota -> quote(quota.limit().name()))
                        .collect(Collectors.joining(",", ",\"violated-policies\":[", "]"));
        return "{\"type\":" + quote(type) + ",\"title\":" + quote(title) + ",\"status\":" + problem.status()
                + ",\"code\":" + quote(problem.code()) + violated + "}\n";
    }

    private static String quote(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
