package io.redisroles.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Opens one WebSocket at each address and prints a line for each thing that happens to it: {@code open URL} after the first
 * echo, {@code closed URL CODE} after a Close, {@code lost URL REASON} if the connection ends without one. Arguments: a file
 * with the id of a session, and the addresses. Ends with 0 if all were opened and closed.
 */
public final class Sockets {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String HELLO = "hello";

    private Sockets() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2) {
            System.err.println("sockets: expected two arguments or more: SESSION_FILE URL...");
            System.exit(2);
        }
        String session = Files.readString(Path.of(arguments[0])).strip();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<Boolean>> sockets = Arrays.stream(arguments)
                .skip(1)
                .map(URI::create)
                .map(address -> open(client, session, address))
                .toList();
        System.exit(sockets.stream().map(CompletableFuture::join).toList().contains(false) ? 1 : 0);
    }

    private static CompletableFuture<Boolean> open(HttpClient client, String session, URI address) {
        Listener listener = new Listener(address);
        return client.newWebSocketBuilder()
                .connectTimeout(PATIENCE)
                .header("X-Session-Id", session)
                .buildAsync(address, listener)
                .thenCompose(socket -> socket.sendText(HELLO, true))
                .thenCompose(socket -> listener.ended)
                .exceptionally(failure -> listener.lost(failure.getCause() == null ? failure : failure.getCause()));
    }

    /** Prints what happens to one WebSocket. */
    private static final class Listener implements WebSocket.Listener {
        private final URI address;
        private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

        private Listener(URI address) {
            this.address = address;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            System.out.println("open " + address);
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            System.out.println("closed " + address + " " + code);
            ended.complete(true);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable failure) {
            ended.complete(lost(failure));
        }

        private boolean lost(Throwable failure) {
            System.out.println("lost " + address + " " + failure);
            return false;
        }
    }
}
