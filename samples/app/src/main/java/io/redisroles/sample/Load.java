package io.redisroles.sample;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks one address at a steady rate on kept connections, at most 256 requests at once, and prints what came back by status, or
 * by what went wrong. Arguments: the address, requests a second, seconds. Ends with 0 if every answer was a 200. A request is
 * sent once: run it with
 * {@code -Djdk.httpclient.redirects.retrylimit=1 -Djdk.httpclient.disableRetryConnect=true}.
 */
public final class Load {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_AT_ONCE = 256;
    private static final long SECOND = 1_000_000_000L;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
    /** Bounds what is under way: where answers come slower than asked for, the rate falls. */
    private final Semaphore free = new Semaphore(MOST_AT_ONCE);

    private Load() {}

    public static void main(String[] arguments) {
        if (arguments.length != 3) {
            System.err.println("load: expected three arguments: URL REQUESTS_A_SECOND SECONDS");
            System.exit(2);
        }
        long started = System.nanoTime();
        Map<String, Long> counts = new Load()
                .run(URI.create(arguments[0]), Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        System.out.println("load: " + counts + " in " + (System.nanoTime() - started) / SECOND + " s");
        System.exit(counts.keySet().equals(Set.of("200")) ? 0 : 1);
    }

    private Map<String, Long> run(URI address, int rate, int seconds) {
        HttpRequest request = HttpRequest.newBuilder(address).timeout(PATIENCE).build();
        long started = System.nanoTime();
        long total = (long) rate * seconds;
        for (long i = 0; i < total; i++) {
            long due = started + i * SECOND / rate;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            free.acquireUninterruptibly();
            var unused = client.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                    .handle((answer, failure) -> failure == null
                            ? String.valueOf(answer.statusCode())
                            : String.valueOf(failure.getCause() == null ? failure : failure.getCause()))
                    .thenAccept(outcome -> {
                        outcomes.computeIfAbsent(outcome, first -> new LongAdder())
                                .increment();
                        free.release();
                    });
        }
        free.acquireUninterruptibly(MOST_AT_ONCE);
        Map<String, Long> counts = new TreeMap<>();
        outcomes.forEach((outcome, count) -> counts.put(outcome, count.sum()));
        return counts;
    }
}
