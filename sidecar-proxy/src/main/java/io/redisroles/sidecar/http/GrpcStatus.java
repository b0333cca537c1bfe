package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.redisroles.sidecar.admission.Problem;
import io.redisroles.sidecar.admission.Verdict;
import io.redisroles.sidecar.limit.Quota;

/**
 * What a refusal is to a gRPC client: an answer without body whose fields are its trailers ("Trailers-Only"; gRPC over HTTP/2,
 * and gRFC A6 for the pushback).
 */
enum GrpcStatus {
    PERMISSION_DENIED(7),
    RESOURCE_EXHAUSTED(8),
    INTERNAL(13),
    UNAVAILABLE(14),
    UNAUTHENTICATED(16);

    private static final String CONTENT_TYPE = "application/grpc";

    private final int code;

    GrpcStatus(int code) {
        this.code = code;
    }

    /** Whether the client expects to be answered this way. */
    static boolean isExpectedBy(HttpRequest request) {
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.regionMatches(true, 0, CONTENT_TYPE, 0, CONTENT_TYPE.length());
    }

    static GrpcStatus of(Problem problem) {
        return switch (problem.status()) {
            case 401 -> UNAUTHENTICATED;
            case 403 -> PERMISSION_DENIED;
            case 429 -> RESOURCE_EXHAUSTED;
            case 502, 503, 504 -> UNAVAILABLE;
            default -> INTERNAL;
        };
    }

    /** Says it, and when it is worth trying again. */
    static void write(HttpHeaders headers, Verdict.Reject refusal) {
        Problem problem = refusal.problem();
        headers.set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
                .setInt("grpc-status", of(problem).code)
                .set("grpc-message", problem.code());
        long wait = 0;
        for (Quota quota : refusal.quotas()) {
            if (quota.refused()) {
                wait = Math.max(wait, Math.max(quota.waitSeconds(), 1));
            }
        }
        if (problem == Problem.STORE_UNAVAILABLE) {
            wait = 1;
        }
        if (wait > 0) {
            headers.set("grpc-retry-pushback-ms", Long.toString(wait * 1000));
        }
    }
}
