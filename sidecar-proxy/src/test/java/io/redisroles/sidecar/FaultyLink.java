package io.redisroles.sidecar;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A TCP relay before a server of this host that can hold bytes back in either direction, or break. */
public final class FaultyLink implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final Gate answers = new Gate();
    private final Gate requests = new Gate();

    public FaultyLink(int target) {
        this.target = target;
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        spawn(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections were made. */
    public int connections() {
        return connections.get();
    }

    /** What the server says waits here from now on. */
    public void holdAnswers() {
        answers.close();
    }

    /** What waited goes on. */
    public void letAnswersGo() {
        answers.open();
    }

    /** Nothing passes in either direction, and nobody is told. */
    public void swallow() {
        answers.close();
        requests.close();
    }

    public void heal() {
        answers.open();
        requests.open();
    }

    /** Ends all connections. */
    public void cut() {
        sockets.forEach(FaultyLink::closeQuietly);
        sockets.clear();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                connections.incrementAndGet();
                sockets.add(client);
                sockets.add(server);
                spawn(() -> relay(client, server, requests));
                spawn(() -> relay(server, client, answers));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void relay(Socket from, Socket to, Gate gate) {
        byte[] block = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(block); read >= 0; read = in.read(block)) {
                gate.pass();
                out.write(block, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // one of the two is gone
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // closed already
        }
    }

    private static void spawn(Runnable work) {
        Thread thread = new Thread(work, "faulty-link");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        heal();
        cut();
    }

    private static void closeQuietly(@Nullable ServerSocket socket) {
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            // closed already
        }
    }

    /** Bytes pass while it is open. */
    private static final class Gate {
        private boolean open = true;

        synchronized void pass() throws InterruptedException {
            while (!open) {
                wait();
            }
        }

        synchronized void open() {
            open = true;
            notifyAll();
        }

        synchronized void close() {
            open = false;
        }
    }
}
