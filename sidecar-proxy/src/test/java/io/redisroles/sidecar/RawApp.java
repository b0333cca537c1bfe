package io.redisroles.sidecar;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An app that says, byte by byte, what a test wants it to say; for what no decent HTTP server would. */
public final class RawApp implements AutoCloseable {
    private final ServerSocket listener;
    private final Conversation conversation;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();

    public RawApp(Conversation conversation) {
        this.conversation = conversation;
        try {
            listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        spawn(this::accept);
    }

    /** What happens on one connection; it is closed afterwards. */
    @FunctionalInterface
    public interface Conversation {
        void hold(Connection connection) throws IOException;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** All connections so far, in order. */
    public List<Connection> connections() {
        return connections;
    }

    private void accept() {
        try {
            while (true) {
                Connection connection = new Connection(listener.accept(), connections.size());
                connections.add(connection);
                spawn(() -> {
                    try (connection.socket) {
                        conversation.hold(connection);
                    } catch (IOException e) {
                        // the proxy closed
                    }
                });
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void spawn(Runnable work) {
        Thread thread = new Thread(work, "raw-app");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Connection connection : connections) {
                connection.socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One connection of the proxy. */
    public static final class Connection {
        public final Socket socket;
        /** How many came before it. */
        public final int index;

        private final List<String> heads = new CopyOnWriteArrayList<>();
        private final InputStream in;

        Connection(Socket socket, int index) throws IOException {
            this.socket = socket;
            this.index = index;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /** The heads of requests that were read. */
        public List<String> heads() {
            return heads;
        }

        /** Reads the head of a request; empty when the proxy has ended the connection. */
        public String head() throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
                int octet = in.read();
                if (octet < 0) {
                    return "";
                }
                head.write(octet);
            }
            String text = head.toString(StandardCharsets.ISO_8859_1);
            heads.add(text);
            return text;
        }

        /** Reads until {@code end} has been read; empty if it does not come. */
        public String until(String end) throws IOException {
            StringBuilder text = new StringBuilder();
            while (text.indexOf(end) < 0) {
                int octet = in.read();
                if (octet < 0) {
                    return "";
                }
                text.append((char) octet);
            }
            return text.toString();
        }

        public void skip(int bytes) throws IOException {
            in.readNBytes(bytes);
        }

        /** Waits for the proxy to end the connection. */
        public void awaitEnd() throws IOException {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }

        public void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        }
    }
}
