package io.redisroles.operator.admission;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the API server's AdmissionReviews over HTTPS, from memory alone and with bounds on everything it takes. */
final class AdmissionServer implements AutoCloseable {
    /** Of every namespace, but for those that refuse: pods that cannot have their sidecar start without. */
    static final String PODS = "/mutate-pods";
    /** Of namespaces that asked for injection: such pods are refused. */
    static final String STRICT_PODS = "/mutate-pods/enabled";

    static final String POLICIES = "/validate-accesspolicies";

    private static final Logger log = LoggerFactory.getLogger(AdmissionServer.class);
    /** An object has at most 1.5 MB in etcd, and a review has two of them. */
    private static final int LARGEST_REVIEW = 4 * 1024 * 1024;
    /** Threads also read from slow clients; few are busy at once. */
    private static final int THREADS = 16;

    private static final int WAITING = 256;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpsServer server;
    private final ExecutorService threads;

    private final AnsweredReviews reviews;

    private AdmissionServer(HttpsServer server, ExecutorService threads, AnsweredReviews reviews) {
        this.server = server;
        this.threads = threads;
        this.reviews = reviews;
    }

    /** Starts to answer on {@code port} of all addresses; 0 for any free one. */
    static AdmissionServer start(
            int port,
            ServingCertificate certificate,
            PodAdmission pods,
            PolicyAdmission policies,
            AnsweredReviews reviews)
            throws IOException {
        // Head and body are two writes; the second must not wait for the client to acknowledge the first.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpsServer server = HttpsServer.create(new InetSocketAddress(port), 0);
        server.setHttpsConfigurator(new ModernTls(context(certificate)));
        ExecutorService threads = threads();
        server.setExecutor(threads);
        AdmissionServer started = new AdmissionServer(server, threads, reviews);
        server.createContext(PODS, started.answering(PODS, request -> pods.decide(request, false)));
        server.createContext(STRICT_PODS, started.answering(STRICT_PODS, request -> pods.decide(request, true)));
        server.createContext(POLICIES, started.answering(POLICIES, policies::decide));
        server.start();
        return started;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(1);
        threads.shutdownNow();
    }

    private HttpHandler answering(String path, Function<JsonNode, Answer> decision) {
        return exchange -> {
            long started = System.nanoTime();
            String outcome = "failed";
            try (exchange) {
                outcome = answer(exchange, path, decision);
            } catch (IOException | RuntimeException e) {
                log.atWarn().addKeyValue("path", path).setCause(e).log("a review was not answered");
                throw e;
            } finally {
                reviews.answered(path, outcome, Duration.ofNanos(System.nanoTime() - started));
            }
        };
    }

    /** Returns the outcome. */
    private String answer(HttpExchange exchange, String path, Function<JsonNode, Answer> decision) throws IOException {
        if (!exchange.getRequestURI().getPath().equals(path)) {
            return fail(exchange, 404, "no such webhook\n");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return fail(exchange, 405, "POST an AdmissionReview\n");
        }
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_REVIEW + 1);
        if (body.length > LARGEST_REVIEW) {
            return fail(exchange, 413, "more than " + LARGEST_REVIEW + " bytes\n");
        }
        JsonNode request = request(body);
        if (!request.path("object").isObject()) {
            return fail(exchange, 400, "not an AdmissionReview with an object\n");
        }
        Answer answer = decision.apply(request);
        send(
                exchange,
                200,
                "application/json",
                json.writeValueAsString(answer.review(request.path("uid").asText())));
        return answer.outcome();
    }

    private JsonNode request(byte[] body) throws IOException {
        try {
            return json.readTree(body).path("request");
        } catch (JsonProcessingException e) {
            return json.missingNode();
        }
    }

    private static String fail(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, "text/plain", text);
        return "failed";
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private static ExecutorService threads() {
        AtomicInteger count = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "admission-" + count.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static SSLContext context(ServingCertificate certificate) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {certificate}, null, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    private static final class ModernTls extends HttpsConfigurator {
        private ModernTls(SSLContext context) {
            super(context);
        }

        @Override
        public void configure(HttpsParameters parameters) {
            SSLParameters wished = getSSLContext().getDefaultSSLParameters();
            wished.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
            parameters.setSSLParameters(wished);
        }
    }
}
