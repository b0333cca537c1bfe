package io.redisroles.cli.local;

import io.redisroles.cli.CliException;
import io.redisroles.contract.ContractPaths;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * The ports that an instance serves on, all on 127.0.0.1.
 *
 * @param offset added to every port, so that several instances can run beside each other
 */
public record Ports(int offset) {
    public static final String HOST = "127.0.0.1";

    private static final int LARGEST = 65535;

    public Ports {
        if (offset < 0 || offset + ContractPaths.ADMIN_PORT > LARGEST) {
            throw new CliException(
                    "--port-offset " + offset + " (expected: 0 to " + (LARGEST - ContractPaths.ADMIN_PORT) + ")");
        }
    }

    /** The port that stands for {@code port} here. */
    int of(int port) {
        return port + offset;
    }

    public int probes() {
        return of(ContractPaths.PROBE_PORT);
    }

    public int admin() {
        return of(ContractPaths.ADMIN_PORT);
    }

    /**
     * Fails if something listens on {@code port} already.
     *
     * @param purpose what the port is for
     */
    void requireFree(int port, String purpose) {
        if (port > LARGEST) {
            throw new CliException(
                    "port " + port + " (" + purpose + ") is beyond " + LARGEST + ": take a smaller --port-offset");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new CliException(
                    "port " + port + " (" + purpose + ") is in use: stop what listens there, or move all ports with for"
                            + " example --port-offset 1000",
                    e);
        }
    }

    /** A port that is free now; for what nobody needs to find by number. */
    static int free() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new CliException("no free port on " + HOST, e);
        }
    }
}
