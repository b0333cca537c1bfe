package io.redisroles.sidecar;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A network that fails on demand: a TCP proxy on loopback before a server. What it holds back while it is a black hole arrives
 * late, as from a network that comes back. Safe for all threads.
 */
public final class FaultProxy implements AutoCloseable {
    private enum Fault {
        NONE,
        BLACK_HOLE,
        SLOW,
        TRICKLE,
        RESET
    }

    private final int target;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    // Guarded by this.
    private @Nullable ServerSocket listener;
    private Fault fault = Fault.NONE;
    private long delayMillis;

    /** Begins to pass on what comes, to {@code target} on loopback. */
    public FaultProxy(int target) {
        this.target = target;
        try {
            ServerSocket first = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            port = first.getLocalPort();
            listen(first);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    /** Ends every fault. */
    public synchronized void heal() {
        become(Fault.NONE, 0);
        if (listener == null) {
            try {
                ServerSocket again = new ServerSocket();
                again.setReuseAddress(true);
                again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                listen(again);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Nothing arrives any more in either direction, and nobody is told. */
    public void blackHole() {
        become(Fault.BLACK_HOLE, 0);
    }

    /** Each part of a reply arrives so much later. */
    public void slow(long millis) {
        become(Fault.SLOW, millis);
    }

    /** Replies arrive byte by byte, one a second. */
    public void trickle() {
        become(Fault.TRICKLE, 1000);
    }

    /** The next reply breaks off after its first byte, with a reset. */
    public void resetInReply() {
        become(Fault.RESET, 0);
    }

    /** All connections end, and new ones are refused. */
    public synchronized void refuse() {
        closeQuietly(listener);
        listener = null;
        sockets.forEach(FaultProxy::closeQuietly);
    }

    @Override
    public void close() {
        refuse();
        become(Fault.NONE, 0);
    }

    private synchronized void become(Fault next, long millis) {
        fault = next;
        delayMillis = millis;
        notifyAll();
    }

    private synchronized void listen(ServerSocket fresh) {
        listener = fresh;
        start("accept", () -> {
            while (true) {
                connect(fresh.accept());
            }
        });
    }

    private void connect(Socket client) {
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(server);
            start("requests", () -> pump(client, server, false));
            start("replies", () -> pump(server, client, true));
        } catch (IOException e) {
            closeQuietly(client); // the server is not there
        }
    }

    private void pump(Socket from, Socket to, boolean replies) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                if (!pass(buffer, read, out, replies)) {
                    to.setSoLinger(true, 0);
                    return;
                }
            }
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    /** Returns false if the connection is to be reset now. */
    private boolean pass(byte[] buffer, int length, OutputStream out, boolean replies) throws IOException {
        int done = 0;
        while (done < length) {
            Fault now = awaitPassage(replies);
            boolean byByte = replies && (now == Fault.TRICKLE || now == Fault.RESET);
            int part = byByte ? 1 : length - done;
            out.write(buffer, done, part);
            done += part;
            if (replies && now == Fault.RESET) {
                become(Fault.NONE, 0);
                return false;
            }
        }
        return true;
    }

    private synchronized Fault awaitPassage(boolean replies) throws IOException {
        try {
            while (fault == Fault.BLACK_HOLE) {
                wait();
            }
            if (replies && delayMillis > 0) {
                Fault delayed = fault;
                long end = System.nanoTime() + delayMillis * 1_000_000;
                for (long left = delayMillis;
                        fault == delayed && left > 0;
                        left = (end - System.nanoTime()) / 1_000_000) {
                    wait(left);
                }
            }
            return fault;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void start(String what, Pumping pumping) {
        Thread thread = new Thread(
                () -> {
                    try {
                        pumping.run();
                    } catch (IOException e) {
                        // That is how connections end here.
                    }
                },
                "fault-proxy-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(@Nullable AutoCloseable open) {
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (Exception e) {
            // It is of no use any more.
        }
    }

    private interface Pumping {
        void run() throws IOException;
    }
}
