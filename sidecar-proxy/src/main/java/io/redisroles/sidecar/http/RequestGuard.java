package io.redisroles.sidecar.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.redisroles.sidecar.admission.Problem;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Refuses requests that could mean one thing to the proxy and another to the app; the connection is closed after each. */
final class RequestGuard {
    private static final int MAX_FIELDS = 200;
    /** Fields that say where a message ends or whom it is for: a Connection that nominates one would have us drop it. */
    private static final Set<String> NEVER_HOP_BY_HOP = Set.of("content-length", "transfer-encoding", "host");

    private RequestGuard() {}

    /** What is wrong with the request, if anything. */
    static Optional<Problem> problem(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return Optional.of(unreadable(request.decoderResult().cause()));
        }
        HttpHeaders headers = request.headers();
        if (headers.size() > MAX_FIELDS) {
            return Optional.of(Problem.HEADERS_TOO_LARGE);
        }
        if (!isKnownVersion(request.protocolVersion())
                || request.method().equals(HttpMethod.CONNECT)
                || !hasOneHost(request)
                || !isPlainlyChunked(headers)
                || nominatesFraming(headers)) {
            return Optional.of(Problem.BAD_REQUEST);
        }
        String expect = headers.get(HttpHeaderNames.EXPECT, "");
        return expect.isEmpty() || HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)
                ? Optional.empty()
                : Optional.of(Problem.EXPECTATION_FAILED);
    }

    private static Problem unreadable(Throwable cause) {
        if (cause instanceof TooLongHttpHeaderException) {
            return Problem.HEADERS_TOO_LARGE;
        }
        return cause instanceof TooLongHttpLineException ? Problem.URI_TOO_LONG : Problem.BAD_REQUEST;
    }

    private static boolean isKnownVersion(HttpVersion version) {
        return version.equals(HttpVersion.HTTP_1_1) || version.equals(HttpVersion.HTTP_1_0);
    }

    /** RFC 9112 §3.2. */
    private static boolean hasOneHost(HttpRequest request) {
        List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.isEmpty()) {
            return request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        }
        return hosts.size() == 1
                && hosts.get(0).chars().allMatch(c -> c > 0x20 && c < 0x7F && "/\\@?#,\"<>".indexOf(c) < 0);
    }

    /** Other codings than chunked would have to be understood to be passed on. */
    private static boolean isPlainlyChunked(HttpHeaders headers) {
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return codings.isEmpty()
                || (codings.size() == 1 && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.get(0)));
    }

    private static boolean nominatesFraming(HttpHeaders headers) {
        return HopByHop.nominated(headers).stream().anyMatch(NEVER_HOP_BY_HOP::contains);
    }
}
