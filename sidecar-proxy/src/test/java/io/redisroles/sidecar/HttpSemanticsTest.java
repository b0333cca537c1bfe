package io.redisroles.sidecar;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What HTTP/1.1 asks of a proxy, with an app that says exactly what each case needs. */
@Timeout(60)
class HttpSemanticsTest {
    private static final String RULES = """
            - {name: closed, paths: ["/closed/**"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}
            - {name: all, paths: [], methods: [], session: None, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private RawApp app(RawApp.Conversation conversation) {
        RawApp app = new RawApp(conversation);
        open.add(app);
        return app;
    }

    private RunningProxy before(RawApp app) {
        RunningProxy proxy = RunningProxy.before(app.port(), RULES);
        open.add(proxy);
        return proxy;
    }

    /** Answers every request in the same way. */
    private static RawApp.Conversation always(String answer) {
        return connection -> {
            while (!connection.head().isEmpty()) {
                connection.say(answer);
            }
        };
    }

    @Test
    void aRefusedExpectationNeedsNoBody() {
        // Given
        RawApp app = app(always(OK));
        RunningProxy proxy = before(app);

        // When
        String answer = RawClient.untilClose(
                proxy.address(),
                "POST /closed/x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");

        // Then
        assertThat(answer)
                .as("refused at once, and closed: a client that sent its body all the same would not be understood")
                .startsWith("HTTP/1.1 401 ")
                .contains("connection: close\r\n")
                .doesNotContain("100 Continue");
        assertThat(app.connections()).isEmpty();
    }

    @Test
    void theAppMayRefuseAnExpectation() {
        // Given
        RunningProxy proxy = before(app(always("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")));

        // When
        String answer = RawClient.untilClose(
                proxy.address(),
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");

        // Then
        assertThat(answer).startsWith("HTTP/1.1 417 ").contains("connection: close\r\n");
    }

    @Test
    void earlyHintsGoAheadOfTheAnswer() {
        // Given
        RunningProxy proxy = before(app(always("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + OK)));

        // Then
        assertThat(proxy.get("/x"))
                .startsWith("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\n")
                .endsWith("ok");
        assertThat(RawClient.untilClose(proxy.address(), "GET /x HTTP/1.0\r\n\r\n"))
                .as("a client of HTTP/1.0 knows none")
                .startsWith("HTTP/1.1 200 OK")
                .doesNotContain("103");
    }

    @Test
    void trailersPassBothWaysButNotOurNames() {
        // Given
        List<String> trailers = new ArrayList<>();
        RunningProxy proxy = before(app(connection -> {
            while (!connection.head().isEmpty()) {
                trailers.add(connection.until("\r\n\r\n"));
                connection.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Sum: down\r\n\r\n");
            }
        }));

        // When
        String answer = RawClient.untilClose(
                proxy.address(),
                RawClient.head("POST /x HTTP/1.1", "Host: a", "Connection: close", "Transfer-Encoding: chunked")
                        + RawClient.head("3", "abc", "0", "X-Sum: up", "X_Auth_User: eve", "x-auth-tier: pro"));

        // Then
        assertThat(answer).endsWith("0\r\nX-Sum: down\r\n\r\n");
        assertThat(trailers)
                .singleElement()
                .asString()
                .contains("X-Sum: up")
                .doesNotContainIgnoringCase("eve")
                .doesNotContainIgnoringCase("tier");
    }

    @Test
    void anAnswerToHeadHasNoBodyWhateverItSays() {
        // Given
        RunningProxy proxy = before(app(always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")));

        // When
        String answer = RawClient.untilClose(
                proxy.address(),
                "HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\nHEAD /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(answer.split("HTTP/1.1 200 OK", -1)).hasSize(3);
        assertThat(answer).endsWith("\r\n\r\n").doesNotContain("0\r\n\r\n");
    }

    @Test
    void traceContextPassesUntouched() {
        // Given
        RawApp app = app(always(OK));
        RunningProxy proxy = before(app);

        // When
        proxy.get(
                "/x",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "tracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
                "tracestate: third=3");

        // Then
        assertThat(app.connections().get(0).heads().get(0))
                .contains("\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n")
                .contains("\r\ntracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE\r\ntracestate: third=3\r\n");
    }

    @Test
    void aServerAsAWholeCanBeAskedForItsOptions() {
        // Given
        RawApp app = app(always(OK));
        RunningProxy proxy = before(app);

        // When
        String answer =
                RawClient.untilClose(proxy.address(), "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(answer).startsWith("HTTP/1.1 200");
        assertThat(app.connections().get(0).heads().get(0)).startsWith("OPTIONS * HTTP/1.1\r\n");
    }

    @Test
    void anAsteriskIsNoTargetOfOtherMethods() {
        RawApp app = app(always(OK));
        assertThat(before(app).get("*")).startsWith("HTTP/1.1 400 ");
        assertThat(app.connections()).isEmpty();
    }

    @Test
    void anAppThatStopsSendingHasStillAnswered() {
        // Given
        RunningProxy proxy = before(app(connection -> {
            connection.head();
            connection.say("HTTP/1.1 200 OK\r\n\r\nto the ");
            connection.say("end");
            connection.socket.shutdownOutput();
            connection.awaitEnd();
        }));

        // Then
        assertThat(proxy.get("/x"))
                .startsWith("HTTP/1.1 200")
                .contains("to the ")
                .endsWith("0\r\n\r\n");
    }

    @Test
    void aRequestIsSentAgainOnceIfTheAppClosedTheIdleConnectionJustThen() throws Exception {
        // Given: the first connection answers once and is then closed on whatever comes; so are all others, at once
        RawApp app = app(connection -> {
            connection.head();
            if (connection.index == 0) {
                connection.say(OK);
                connection.head();
            }
        });
        Client client = client(before(app));
        client.ask("GET /warm HTTP/1.1\r\nHost: a\r\n\r\n");

        // When
        String answer = client.ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");

        // Then
        assertThat(answer).as("the second try failed too, and is the last").startsWith("HTTP/1.1 502 ");
        assertThat(requests(app, "/x")).isEqualTo(2);
    }

    @Test
    void whatTheAppHasBegunToAnswerIsNotSentAgain() throws Exception {
        // Given
        RawApp app = app(connection -> {
            connection.head();
            if (connection.index == 0) {
                connection.say(OK);
                connection.head();
                connection.say("HTTP/1.1 103 Early Hints\r\n\r\n");
            }
        });
        Client client = client(before(app));
        client.ask("GET /warm HTTP/1.1\r\nHost: a\r\n\r\n");

        // When
        String answer = client.ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");

        // Then
        assertThat(answer).contains("HTTP/1.1 502 ");
        assertThat(requests(app, "/x")).isEqualTo(1);
    }

    @Test
    void whatIsNotIdempotentIsNeverSentAgain() throws Exception {
        // Given
        RawApp app = app(connection -> {
            while (connection.head().startsWith("GET")) {
                connection.say(OK);
            }
        });
        Client client = client(before(app));
        client.ask("GET /warm HTTP/1.1\r\nHost: a\r\n\r\n");

        // When
        String answer = client.ask("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");

        // Then
        assertThat(answer).startsWith("HTTP/1.1 502 ");
        assertThat(requests(app, "/x")).isEqualTo(1);
    }

    @Test
    void requestsWithABodyShareConnectionsThatHaveProvedThemselves() throws Exception {
        // Given
        RawApp app = app(connection -> {
            while (!connection.head().isEmpty()) {
                connection.skip(1);
                connection.say(OK);
            }
        });
        Client client = client(before(app));

        // When
        for (int i = 0; i < 500; i++) {
            assertThat(client.ask("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"))
                    .startsWith("HTTP/1.1 200");
        }

        // Then
        assertThat(app.connections()).hasSizeLessThan(250);
    }

    @Test
    void anAppThatClosesConnectionsWheneverItLikesCausesNo502() throws Exception {
        // Given: each connection is closed at some moment between 0 and 3 ms after its last answer, without a word
        AtomicLong dice = new AtomicLong(42);
        RawApp app = app(connection -> {
            long random = dice.addAndGet(0x9E3779B97F4A7C15L);
            int most = 1 + (int) Long.remainderUnsigned(random >>> 7, 4);
            for (int i = 0; i < most; i++) {
                String head = connection.head();
                if (head.isEmpty()) {
                    return;
                }
                connection.skip(head.startsWith("POST") ? 1 : 0);
                connection.say(OK);
            }
            LockSupport.parkNanos(Long.remainderUnsigned(random, 3_000_000));
        });
        RunningProxy proxy = before(app);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        open.add(threads::shutdownNow);

        // When
        List<Future<String>> gets = new ArrayList<>();
        List<Future<String>> posts = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            gets.add(threads.submit(() -> proxy.get("/x")));
            posts.add(threads.submit(() -> RawClient.untilClose(
                    proxy.address(),
                    "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")));
        }

        // Then
        for (Future<String> get : gets) {
            assertThat(get.get(30, TimeUnit.SECONDS)).startsWith("HTTP/1.1 200");
        }
        for (Future<String> post : posts) {
            assertThat(post.get(30, TimeUnit.SECONDS)).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void connectionsAreEndedBeforeTheAppWouldDoIt() {
        // Given
        AtomicLong ended = new AtomicLong();
        RawApp app = app(connection -> {
            connection.socket.setSoTimeout(3_000); // an app that said nothing would keep its connection for 4 s
            connection.head();
            connection.say("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=9\r\nContent-Length: 2\r\n\r\nok");
            connection.awaitEnd();
            ended.incrementAndGet();
        });
        RunningProxy proxy = before(app);

        // When
        proxy.get("/x");

        // Then
        Awaitility.await().until(() -> ended.get() == 1);
    }

    @Test
    void whatFollowsAnAnswerUnaskedIsNobodysAnswer() {
        // Given
        String evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        RawApp app = app(connection -> {
            while (!connection.head().isEmpty()) {
                connection.say(OK + evil);
            }
        });
        RunningProxy proxy = before(app);
        String get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

        // When
        String answer = RawClient.untilClose(
                proxy.address(), get.repeat(20) + "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(answer.split("HTTP/1.1 200 OK", -1)).hasSize(22);
        assertThat(answer).doesNotContain("evil");
    }

    @Test
    void halfAnAnswerThatFollowsUnaskedSpoilsNoOther() {
        // Given
        RunningProxy proxy = before(app(always(OK + "HTT")));
        String get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

        // When
        String answer = RawClient.untilClose(
                proxy.address(), get.repeat(20) + "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        // Then
        assertThat(answer.split("HTTP/1.1 200 OK", -1)).hasSize(22);
    }

    @Test
    void aClientThatDoesNotReadHoldsTheAppUp() throws Exception {
        // Given
        long size = 256L << 20;
        AtomicLong written = new AtomicLong();
        RawApp app = app(connection -> {
            connection.head();
            connection.say("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
            byte[] block = new byte[1 << 16];
            while (written.get() < size) {
                connection.socket.getOutputStream().write(block);
                written.addAndGet(block.length);
            }
        });
        RunningProxy proxy = before(app);

        try (Socket client =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            // When
            client.getOutputStream().write(ascii("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
            Flood.awaitHeldUp(written);

            // Then
            assertThat(written.get()).as("what sockets hold, and a little").isLessThan(32L << 20);
            assertThat(client.getInputStream().transferTo(java.io.OutputStream.nullOutputStream()))
                    .isGreaterThan(size);
        }
    }

    @Test
    void anAppThatDoesNotReadHoldsTheClientUp() throws Exception {
        // Given
        long size = 256L << 20;
        CountDownLatch measured = new CountDownLatch(1);
        RunningProxy proxy = before(app(connection -> {
            connection.head();
            awaitQuietly(measured);
        }));

        try (Socket client =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            // When
            client.getOutputStream()
                    .write(ascii("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n"));
            AtomicLong written = Flood.pour(client, size);
            Flood.awaitHeldUp(written);

            // Then
            assertThat(written.get()).as("what sockets hold, and a little").isLessThan(32L << 20);
        } finally {
            measured.countDown();
        }
    }

    @Test
    void aClientThatGoesAwayTakesItsRequestFromTheApp() throws Exception {
        // Given
        AtomicLong gone = new AtomicLong();
        RawApp app = app(connection -> {
            connection.head();
            connection.awaitEnd();
            gone.incrementAndGet();
        });
        RunningProxy proxy = before(app);

        // When
        try (Socket client =
                new Socket(proxy.address().getAddress(), proxy.address().getPort())) {
            client.getOutputStream().write(ascii("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"));
            Awaitility.await().until(() -> requests(app, "/x") == 1);
            client.setSoLinger(true, 0);
        }

        // Then
        Awaitility.await().until(() -> gone.get() == 1);
    }

    @Test
    void anOldClientMayAskForAnotherRequest() throws Exception {
        // Given
        Client client = client(before(app(always(OK))));

        // When
        String first = client.ask("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        String second = client.ask("GET /2 HTTP/1.0\r\n\r\n");

        // Then
        assertThat(first).startsWith("HTTP/1.1 200").contains("connection: keep-alive");
        assertThat(second)
                .startsWith("HTTP/1.1 200")
                .contains("connection: close")
                .endsWith("ok");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Client client(RunningProxy proxy) throws IOException {
        Client client = new Client(proxy);
        open.add(client);
        return client;
    }

    /** One connection, one request after the other. */
    private static final class Client implements AutoCloseable {
        private final Socket socket;

        Client(RunningProxy proxy) throws IOException {
            socket = new Socket(proxy.address().getAddress(), proxy.address().getPort());
            socket.setSoTimeout(30_000);
            socket.setTcpNoDelay(true);
        }

        /** The whole answer, whose length must be given. */
        String ask(String request) throws IOException {
            socket.getOutputStream().write(ascii(request));
            InputStream in = socket.getInputStream();
            StringBuilder text = new StringBuilder();
            while (!text.toString().endsWith("\r\n\r\n")
                    || text.lastIndexOf("103 Early") > text.lastIndexOf("content")) {
                int octet = in.read();
                if (octet < 0) {
                    return text.toString();
                }
                text.append((char) octet);
            }
            String head = text.toString().toLowerCase(Locale.ROOT);
            int at = head.indexOf("content-length: ") + 16;
            int length = Integer.parseInt(head.substring(at, head.indexOf('\r', at)));
            return text + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static long requests(RawApp app, String path) {
        return app.connections().stream()
                .flatMap(connection -> connection.heads().stream())
                .filter(head -> head.contains(" " + path + " "))
                .count();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
