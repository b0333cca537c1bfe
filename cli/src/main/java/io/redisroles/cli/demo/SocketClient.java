package io.redisroles.cli.demo;

import io.redisroles.cli.CliException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An open WebSocket as a page would have it. One thread; what arrives is kept until it is asked for. */
final class SocketClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Inbox inbox;
    private final WebSocket socket;

    private SocketClient(Inbox inbox, WebSocket socket) {
        this.inbox = inbox;
        this.socket = socket;
    }

    static SocketClient connect(HttpClient http, URI uri, String cookie) {
        Inbox inbox = new Inbox();
        return new SocketClient(
                inbox,
                result(
                        http.newWebSocketBuilder()
                                .header("Cookie", cookie)
                                .connectTimeout(LIMIT)
                                .buildAsync(uri, inbox),
                        "opening " + uri));
    }

    /** Sends a text; false if the socket is closed. */
    boolean send(String text) {
        try {
            socket.sendText(text, true).get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The next text that arrived; empty if none did within 10 s. */
    Optional<String> receive() {
        try {
            return Optional.ofNullable(inbox.texts.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The code with which the other side closed; empty if it did not within 10 s. */
    Optional<Integer> closeCode() {
        try {
            return Optional.of(inbox.closed.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    boolean isClosed() {
        return inbox.closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }

    private static <T> T result(CompletableFuture<T> future, String what) {
        try {
            return future.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new CliException(what + " failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static CliException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CliException("interrupted", e);
    }

    private static final class Inbox implements WebSocket.Listener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            texts.add(data.toString());
            return WebSocket.Listener.super.onText(webSocket, data, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            closed.complete(statusCode);
            return WebSocket.Listener.super.onClose(webSocket, statusCode, reason);
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }
}
