package io.redisroles.images;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The app behind a sidecar that is trained: answers each request, which must have no body, with 204. A thread a connection. */
public final class TrainingApp implements AutoCloseable {
    private static final byte[] ANSWER =
            "HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=60\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    /** CR LF CR LF, as the last four bytes of a head. */
    private static final int END_OF_HEAD = 0x0D0A0D0A;

    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "training-app");
        thread.setDaemon(true);
        return thread;
    });

    private TrainingApp(ServerSocket listener) {
        this.listener = listener;
    }

    /** One that listens on a free port of this machine. */
    public static TrainingApp start() throws IOException {
        TrainingApp app = new TrainingApp(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()));
        app.threads.execute(app::accept);
        return app;
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private static void serve(Socket client) {
        try (client) {
            client.setTcpNoDelay(true);
            InputStream requests = new BufferedInputStream(client.getInputStream());
            int last = 0;
            for (int octet = requests.read(); octet >= 0; octet = requests.read()) {
                last = last << 8 | octet;
                if (last == END_OF_HEAD) {
                    client.getOutputStream().write(ANSWER);
                }
            }
        } catch (IOException e) {
            return; // the sidecar has ended
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
