package io.redisroles.sidecar.fuzz;

import io.redisroles.sidecar.RawApp;
import io.redisroles.sidecar.RawClient;
import io.redisroles.sidecar.RunningProxy;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever the app answers: the client gets one answer that everybody understands alike, or sees that it was cut off. Runs
 * for {@code -Dfuzz.seconds=…} (5), from {@code -Dfuzz.seed=…} on.
 */
class AnswerFuzzTest {
    private static final String RULES = """
            - {name: all, paths: [], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final String[] LINES = {
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 OK",
        "HTTP/1.0 200 OK",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 304 x",
        "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK",
        "HTTP/1.1 100 x",
        "HTTP/1.1 101 x",
        "HTTP/1.1 999 x",
        "HTTP/1.1 20 x",
        "HTTP/2.0 200 OK",
        "HTTP/1.1 200",
        "200 OK",
        "",
        "HTTP/1.1  200 OK",
        "HTTP/1.1 200 \u00ff\0",
        "HTTP/1.1 200 OK\rX"
    };
    private static final String[] FIELDS = {
        "Content-Length: 3",
        "Content-Length: 3",
        "Content-Length: 0",
        "Content-Length: 4",
        "Content-Length: 3, 3",
        "Content-Length: -3",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: x",
        "Transfer-Encoding : chunked",
        "Connection: close",
        "Connection: content-length",
        "Connection: keep-alive, transfer-encoding",
        "Keep-Alive: timeout=0",
        "X: a\0b",
        "X: a\rb",
        "X: y",
        " folded",
        "no colon",
        ": x",
        "X\u00e9: y",
        "X-RedisRoles-Source: redis",
        "Set-Cookie: \u00ff"
    };
    private static final String[] ENDS = {
        "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r", "\n\r"
    };
    private static final String[] BODIES = {
        "abc",
        "abc",
        "",
        "3\r\nabc\r\n0\r\n\r\n",
        "3\r\nabc\r\n0\r\nX: y\r\n\r\n",
        "3\nabc\n0\n\n",
        "zz\r\n",
        "3;x\r\nabc\r\n0\r\n\r\n",
        "ffffffffff\r\nabc",
        "abcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    };

    @Test
    void theClientGetsOneAnswerOrSeesThatItWasCutOff() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("fuzz.seconds", 5));
        long[] seed = {Long.getLong("fuzz.seed", 1)};
        int whole = 0;
        try (RawApp app = new RawApp(connection -> {
                    if (!connection.head().isEmpty()) {
                        connection.say(answer(new SplittableRandom(seed[0])));
                    }
                });
                RunningProxy proxy = RunningProxy.before(app.port(), RULES)) {
            while (System.nanoTime() - end < 0) {
                // When
                String text = RawClient.untilClose(
                        proxy.address(),
                        "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

                // Then
                whole += isWhole(text, seed[0]) ? 1 : 0;
                seed[0]++;
            }
        }
        assertThat(whole).isPositive();
    }

    private static boolean isWhole(String text, long seed) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayInputStream in = new ByteArrayInputStream(bytes);
        StrictReader reader = new StrictReader(in);
        try {
            StrictReader.Head head = reader.answerHead();
            while (head.target().startsWith("1")) {
                head = reader.answerHead();
            }
            reader.body(head);
            assertThat(in.available())
                    .as("seed %d: bytes after the answer", seed)
                    .isZero();
            return true;
        } catch (EOFException e) {
            return false;
        } catch (IOException e) {
            throw new AssertionError("seed " + seed + ": " + text, e);
        }
    }

    private static String answer(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        text.append(one(random, LINES)).append(one(random, ENDS));
        for (int i = random.nextInt(4); i > 0; i--) {
            text.append(one(random, FIELDS)).append(one(random, ENDS));
        }
        text.append(one(random, ENDS)).append(one(random, BODIES));
        if (random.nextInt(6) == 0) {
            text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(256));
        }
        return text.toString();
    }

    private static String one(SplittableRandom random, String[] values) {
        return values[random.nextInt(values.length)];
    }
}
