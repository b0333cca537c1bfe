package io.redisroles.sidecar.http2;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.Set;

/**
 * HTTP/2's header blocks as HTTP/1.1 messages and back (RFC 9113 §8), so that one set of rules serves both. Stricter than the
 * codec below it: what the RFC calls malformed comes back empty.
 */
public final class Http2Messages {
    /** RFC 9113 §8.2.2. */
    private static final Set<AsciiString> CONNECTION_SPECIFIC = Set.of(
            HttpHeaderNames.CONNECTION,
            AsciiString.cached("proxy-connection"),
            AsciiString.cached("keep-alive"),
            HttpHeaderNames.TRANSFER_ENCODING,
            HttpHeaderNames.UPGRADE);

    private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");

    private Http2Messages() {}

    /**
     * The request that a header block begins; empty if it is malformed.
     *
     * @param ended whether it has no body; one of unknown length is marked as chunked, as HTTP/1.1 would
     */
    public static Optional<HttpRequest> request(Http2Headers block, boolean ended) {
        Pseudo pseudo = Pseudo.of(block);
        Optional<HttpHeaders> fields = fields(block);
        if (fields.isEmpty() || !pseudo.isRequest() || !agreesOnHost(fields.get(), pseudo.authority)) {
            return Optional.empty();
        }
        HttpHeaders headers = fields.get();
        if (!pseudo.authority.isEmpty()) {
            headers.set(HttpHeaderNames.HOST, pseudo.authority);
        }
        if (!ended && !headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        return Optional.of(new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(pseudo.method),
                pseudo.path.isEmpty() ? "*" : pseudo.path,
                headers));
    }

    /** The head of an answer, interim or final; empty if it is malformed. */
    public static Optional<HttpResponse> response(Http2Headers block) {
        Pseudo pseudo = Pseudo.of(block);
        Optional<HttpHeaders> fields = fields(block);
        return fields.isEmpty() || !pseudo.isResponse()
                ? Optional.empty()
                : Optional.of(new DefaultHttpResponse(
                        HttpVersion.HTTP_1_1,
                        HttpResponseStatus.valueOf(Integer.parseInt(pseudo.status)),
                        fields.get()));
    }

    /** The fields after a body; empty if they are malformed. */
    public static Optional<HttpHeaders> trailers(Http2Headers block) {
        return Pseudo.of(block).isNone() ? fields(block) : Optional.empty();
    }

    /** The header block of a request to {@code Host}. */
    public static Http2Headers block(HttpRequest request) {
        HttpHeaders headers = request.headers();
        Http2Headers block = new DefaultHttp2Headers(false)
                .method(request.method().asciiName())
                .scheme("http")
                .path(request.uri());
        String host = headers.get(HttpHeaderNames.HOST, "");
        if (!host.isEmpty()) {
            block.authority(host);
        }
        return copy(headers, block);
    }

    /** The header block of an answer. */
    public static Http2Headers block(HttpResponse response) {
        return copy(
                response.headers(),
                new DefaultHttp2Headers(false).status(response.status().codeAsText()));
    }

    /** The block after a body. */
    public static Http2Headers block(HttpHeaders trailers) {
        return copy(trailers, new DefaultHttp2Headers(false));
    }

    private static Http2Headers copy(HttpHeaders headers, Http2Headers block) {
        Iterator<Entry<CharSequence, CharSequence>> fields = headers.iteratorCharSequence();
        while (fields.hasNext()) {
            Entry<CharSequence, CharSequence> field = fields.next();
            AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
            boolean passes = !CONNECTION_SPECIFIC.contains(name)
                    && !name.equals(HttpHeaderNames.HOST)
                    && !name.equals(HTTP2_SETTINGS)
                    && (!name.equals(HttpHeaderNames.TE) || isTrailers(field.getValue()));
            if (passes) {
                block.add(name, field.getValue());
            }
        }
        return block;
    }

    private static Optional<HttpHeaders> fields(Http2Headers block) {
        HttpHeaders headers = new DefaultHttpHeaders();
        try {
            for (Entry<CharSequence, CharSequence> field : block) {
                CharSequence name = field.getKey();
                if (Pseudo.isPseudo(name)) {
                    continue;
                }
                if (!isField(name, field.getValue())) {
                    return Optional.empty();
                }
                add(headers, name, field.getValue());
            }
        } catch (IllegalArgumentException notAField) {
            return Optional.empty();
        }
        return headers.getAll(HttpHeaderNames.CONTENT_LENGTH).size() > 1 ? Optional.empty() : Optional.of(headers);
    }

    /** Cookies may come in crumbs; apps know them as one field (RFC 9113 §8.2.3). */
    private static void add(HttpHeaders headers, CharSequence name, CharSequence value) {
        String before = HttpHeaderNames.COOKIE.contentEquals(name) ? headers.get(HttpHeaderNames.COOKIE) : null;
        if (before == null) {
            headers.add(name, value);
        } else {
            headers.set(HttpHeaderNames.COOKIE, before + "; " + value);
        }
    }

    private static boolean isField(CharSequence name, CharSequence value) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 'A' && name.charAt(i) <= 'Z') {
                return false;
            }
        }
        return !name.isEmpty()
                && !CONNECTION_SPECIFIC.contains(AsciiString.of(name))
                && (!HttpHeaderNames.TE.contentEquals(name) || isTrailers(value))
                && !isPadded(value);
    }

    private static boolean isTrailers(CharSequence value) {
        return HttpHeaderValues.TRAILERS.contentEqualsIgnoreCase(value);
    }

    private static boolean isPadded(CharSequence value) {
        return !value.isEmpty() && (isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1)));
    }

    private static boolean isBlank(char character) {
        return character == ' ' || character == '\t';
    }

    /** RFC 9113 §8.3.1: a Host beside {@code :authority} must say the same. */
    private static boolean agreesOnHost(HttpHeaders headers, String authority) {
        for (String host : headers.getAll(HttpHeaderNames.HOST)) {
            if (!authority.isEmpty() && !host.equalsIgnoreCase(authority)) {
                return false;
            }
        }
        return true;
    }

    /** The pseudo-header fields; what is absent is empty. */
    private static final class Pseudo {
        private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

        private String method = "";
        private String scheme = "";
        private String path = "";
        private String authority = "";
        private String status = "";
        private int count;
        private boolean valid = true;

        static Pseudo of(Http2Headers block) {
            Pseudo pseudo = new Pseudo();
            for (Entry<CharSequence, CharSequence> field : block) {
                if (isPseudo(field.getKey())) {
                    pseudo.add(field.getKey(), field.getValue().toString());
                }
            }
            return pseudo;
        }

        static boolean isPseudo(CharSequence name) {
            return !name.isEmpty() && name.charAt(0) == ':';
        }

        private void add(CharSequence name, String value) {
            count++;
            if (value.isEmpty()) {
                valid = false;
            } else if (Http2Headers.PseudoHeaderName.METHOD.value().contentEquals(name)) {
                valid &= method.isEmpty();
                method = value;
            } else if (Http2Headers.PseudoHeaderName.PATH.value().contentEquals(name)) {
                valid &= path.isEmpty();
                path = value;
            } else if (Http2Headers.PseudoHeaderName.SCHEME.value().contentEquals(name)) {
                valid &= scheme.isEmpty();
                scheme = value;
            } else if (Http2Headers.PseudoHeaderName.AUTHORITY.value().contentEquals(name)) {
                valid &= authority.isEmpty();
                authority = value;
            } else if (Http2Headers.PseudoHeaderName.STATUS.value().contentEquals(name)) {
                valid &= status.isEmpty();
                status = value;
            } else {
                valid = false;
            }
        }

        boolean isNone() {
            return count == 0;
        }

        boolean isRequest() {
            if (!valid || !status.isEmpty() || !isToken(method)) {
                return false;
            }
            if (method.equals("CONNECT")) {
                return scheme.isEmpty() && path.isEmpty() && !authority.isEmpty();
            }
            boolean knownScheme = scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https");
            return knownScheme && (path.startsWith("/") || (path.equals("*") && method.equals("OPTIONS")));
        }

        boolean isResponse() {
            return valid
                    && count == 1
                    && status.length() == 3
                    && status.charAt(0) >= '1'
                    && status.charAt(0) <= '5'
                    && isDigit(status.charAt(1))
                    && isDigit(status.charAt(2));
        }

        private static boolean isToken(String text) {
            for (int i = 0; i < text.length(); i++) {
                char character = text.charAt(i);
                boolean letter = (character | 0x20) >= 'a' && (character | 0x20) <= 'z';
                if (!letter && !isDigit(character) && TOKEN_SIGNS.indexOf(character) < 0) {
                    return false;
                }
            }
            return !text.isEmpty();
        }

        private static boolean isDigit(char character) {
            return character >= '0' && character <= '9';
        }
    }
}
