package io.redisroles.sidecar.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Bytes that are nearly HTTP: a grammar of good and bad parts, and then a few mutations. The same seed, the same bytes. */
final class RequestGenerator {
    static final int MOST_REQUESTS = 5;

    private static final String[] METHODS = {
        "GET", "GET", "GET", "POST", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "get", "CONNECT", "TRACE",
        "PRI", "G\tET", "", "GET GET", "POST\0", "\u00e9", "PROXY"
    };
    private static final String[] TARGETS = {
        "/app/x", "/app/x", "/app/x", "/", "*", "//a/../b", "/%2e%2e/x", "/a%00b", "/a%2fb", "http://b/app", "http://b",
        "http://u@b/", "https://b/x?y", "b:80", "/a b", "/\u00ff", "/?q=%zz", "/x#y", "/a;b=c/..;/d", "\\x", "",
                "/a/./b/",
        "/a%c3%a9", "/a%c0%af", "ftp://x/y", "?", "/x?a=/../%00"
    };
    private static final String[] VERSIONS = {
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/1.2",
        "HTTP/2.0",
        "http/1.1",
        "HTTP/01.1",
        "HTTP/1.1 ",
        "",
        "HTTP/1.1\t",
        "HTTP/1.11"
    };
    private static final String[] LINE_ENDS = {
        "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r",
        "\r\r\n", "\n\r", "\r\n ", "\r\n\t"
    };
    private static final String[] FIELDS = {
        "Host: b",
        "Host : b",
        "Host: b, c",
        "Host: ",
        "Host:b",
        "Content-Length: 3",
        "Content-Length: 0",
        "Content-Length: 03",
        "Content-Length: 3, 3",
        "Content-Length: +3",
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 0x3",
        "content-length:3",
        "Content_Length: 3",
        "Content-Length: 3\t",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: Chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding:\tchunked",
        "Transfer-Encoding: \u000bchunked",
        "Transfer-Encoding\t: chunked",
        "Transfer-Encoding: x",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding:",
        "transfer_encoding: chunked",
        "Connection: close",
        "Connection: keep-alive",
        "Connection: content-length",
        "Connection: transfer-encoding, host",
        "Connection: x-forwarded-for, x-auth-user",
        "Connection: upgrade",
        "Upgrade: websocket",
        "Upgrade: h2c",
        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
        "Expect: 100-continue",
        "Expect: x",
        "TE: trailers",
        "Trailer: x-a",
        "X-Forwarded-For: 1.2.3.4",
        "X_Forwarded_For: 1.2.3.4",
        "x-AUTH_user: eve",
        "Cookie: sid=\u00ff",
        "X: \u0080\u00fe",
        "X: a\0b",
        "X: a\rb",
        "X: a\u007fb",
        ": empty",
        "no colon",
        " folded",
        "X y: z",
        "X\u00e9: z",
        "Keep-Alive: timeout=0",
        "Proxy-Connection: keep-alive",
        "Origin: null"
    };
    private static final String[] CHUNKS = {
        "3\r\nabc\r\n",
        "3\r\nabc\r\n",
        "03\r\nabc\r\n",
        "3;a=b\r\nabc\r\n",
        "3 ;a\r\nabc\r\n",
        "3\nabc\n",
        "+3\r\nabc\r\n",
        "0x3\r\nabc\r\n",
        "-1\r\n",
        "fffffffffffffffff\r\n",
        "7fffffff\r\nabc",
        "80000000\r\nabc",
        "3\r\nabcd\r\n",
        "3\r\nab\r\n",
        "3;a=\"\r\n\r\nabc\r\n",
        "\r\n",
        "z\r\n",
        "3\r\nabc",
        "A\r\n0123456789\r\n",
        "3;\0\r\nabc\r\n",
        "3\rX\nabc\r\n"
    };
    private static final String[] CHUNK_ENDS = {
        "0\r\n\r\n", "0\r\n\r\n", "0\r\n\r\n", "00\r\n\r\n", "0\r\nX-A: b\r\n\r\n", "0\r\nX_Auth_User: eve\r\n\r\n",
                "0\r\nContent-Length: 3\r\n\r\n",
        "0\r\nHost: evil\r\n\r\n", "0\n\n", "0\r\n\n", "0;x\r\n\r\n", "0\r\n a\r\n\r\n", "",
                "0\r\nTransfer-Encoding: chunked\r\n\r\n"
    };
    private static final String[] DICTIONARY = {
        "\r\n",
        "\n",
        "\r",
        "\0",
        " ",
        "\t",
        ":",
        "\r\n\r\n",
        "Content-Length: 3\r\n",
        "Transfer-Encoding: chunked\r\n",
        "GET /evil HTTP/1.1\r\n",
        "0\r\n\r\n",
        "\u00ff",
        "HTTP/1.1",
        ",",
        ";",
        "%00",
        "PROXY TCP4 1.1.1.1 2.2.2.2 3 4\r\n"
    };

    private final SplittableRandom random;

    RequestGenerator(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Up to five requests, one after the other. */
    byte[] bytes() {
        StringBuilder text = new StringBuilder();
        boolean plain = random.nextInt(3) == 0;
        for (int i = random.nextInt(MOST_REQUESTS); i >= 0; i--) {
            text.append(plain || random.nextInt(4) == 0 ? goodRequest() : request());
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        int mutations = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 0;
        for (int i = 0; i < mutations && bytes.length > 0; i++) {
            bytes = mutated(bytes);
        }
        return bytes;
    }

    /** Where to cut, so that parts arrive one by one: a number from 1 to {@code most}. */
    int partLength(int most) {
        return 1 + (random.nextInt(4) == 0 ? random.nextInt(Math.min(most, 16)) : random.nextInt(most));
    }

    boolean partly() {
        return random.nextInt(8) == 0;
    }

    private String goodRequest() {
        return switch (random.nextInt(4)) {
            case 0 -> "POST /good HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
            case 1 -> "POST /good HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
            default -> "GET /good HTTP/1.1\r\nHost: a\r\nX-Y: z\r\n\r\n";
        };
    }

    private String request() {
        StringBuilder text = new StringBuilder();
        text.append(one(METHODS)).append(' ').append(one(TARGETS));
        String version = one(VERSIONS);
        text.append(version.isEmpty() ? "" : " ").append(version).append(one(LINE_ENDS));
        if (random.nextInt(8) != 0) {
            text.append("Host: a").append(one(LINE_ENDS));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(one(FIELDS)).append(one(LINE_ENDS));
        }
        if (random.nextInt(60) == 0) {
            text.append("X: y\r\n".repeat(random.nextInt(400)));
        }
        if (random.nextInt(60) == 0) {
            text.append("X: ").append("y".repeat(random.nextInt(100_000))).append("\r\n");
        }
        text.append(one(LINE_ENDS));
        switch (random.nextInt(4)) {
            case 0 -> text.append("abc");
            case 1 -> {
                for (int i = random.nextInt(3); i > 0; i--) {
                    text.append(one(CHUNKS));
                }
                text.append(one(CHUNK_ENDS));
            }
            default -> {}
        }
        return text.toString();
    }

    private byte[] mutated(byte[] bytes) {
        int at = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(24));
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 64);
        out.write(bytes, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> { // another octet
                out.write(random.nextInt(256));
                out.write(bytes, at + 1, bytes.length - at - 1);
            }
            case 1 -> { // something known to hurt
                out.writeBytes(one(DICTIONARY).getBytes(StandardCharsets.ISO_8859_1));
                out.write(bytes, at, bytes.length - at);
            }
            case 2 -> out.write(bytes, end, bytes.length - end); // a part less
            default -> { // a part twice
                out.write(bytes, at, end - at);
                out.write(bytes, at, bytes.length - at);
            }
        }
        return out.toByteArray();
    }

    private String one(String[] values) {
        return values[random.nextInt(values.length)];
    }
}
