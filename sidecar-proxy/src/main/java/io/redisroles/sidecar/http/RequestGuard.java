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
import io.redisroles.sidecar.telemetry.BadInput;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Refuses requests that could mean one thing to the proxy and another to the app; the connection is closed after each. */
final class RequestGuard {
    static final int MAX_FIELDS = 200;
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
        HttpMethod method = request.method();
        if (!isKnownVersion(request.protocolVersion())
                || method.equals(HttpMethod.CONNECT)
                || method.equals(HttpMethod.TRACE) // would show the app's view of the request, our fields included
                || (request.uri().equals("*") && !method.equals(HttpMethod.OPTIONS)) // RFC 9112 §3.2.4
                || !hasOneHost(request)
                || !isPlainlyChunked(headers)
                || nominatesFraming(headers)) {
            return Optional.of(Problem.BAD_REQUEST);
        }
        String expect = headers.get(HttpHeaderNames.EXPECT);
        return expect == null || HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(expect)
                ? Optional.empty()
                : Optional.of(Problem.EXPECTATION_FAILED);
    }

    /** As metrics tell it. */
    static BadInput reason(Problem problem) {
        return switch (problem) {
            case HEADERS_TOO_LARGE -> BadInput.HEAD_TOO_LARGE;
            case URI_TOO_LONG -> BadInput.TARGET_TOO_LONG;
            default -> BadInput.MALFORMED;
        };
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
        Iterator<String> hosts = request.headers().valueStringIterator(HttpHeaderNames.HOST);
        if (!hosts.hasNext()) {
            return request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        }
        return isPlainHost(hosts.next()) && !hosts.hasNext();
    }

    private static boolean isPlainHost(String host) {
        for (int i = 0; i < host.length(); i++) {
            char character = host.charAt(i);
            if (character <= 0x20 || character >= 0x7F || "/\\@?#,\"<>".indexOf(character) >= 0) {
                return false;
            }
        }
        return true;
    }

    /** Other codings than chunked would have to be understood to be passed on. */
    private static boolean isPlainlyChunked(HttpHeaders headers) {
        Iterator<String> codings = headers.valueStringIterator(HttpHeaderNames.TRANSFER_ENCODING);
        return !codings.hasNext()
                || (HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.next()) && !codings.hasNext());
    }

    private static boolean nominatesFraming(HttpHeaders headers) {
        List<String> nominated = HopByHop.nominated(headers);
        for (int i = 0; i < nominated.size(); i++) {
            if (NEVER_HOP_BY_HOP.contains(nominated.get(i))) {
                return true;
            }
        }
        return false;
    }
}
