package io.redisroles.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A pod's port on this machine's loopback, for as long as it is open. */
final class PortForward implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:([0-9]+) ->.*");

    private final Process kubectl;
    private final int port;

    private PortForward(Process kubectl, int port) {
        this.kubectl = kubectl;
        this.port = port;
    }

    /**
     * Opens one.
     *
     * @param kubectl with the pod's namespace
     */
    static PortForward open(Command kubectl, String pod, int port) {
        Command line = kubectl.with("port-forward", "--address", "127.0.0.1", "pod/" + pod, ":" + port);
        ProcessBuilder builder = new ProcessBuilder(line.program()).redirectErrorStream(true);
        builder.environment().putAll(line.environment());
        try {
            Process process = builder.start();
            BufferedReader output = process.inputReader();
            String said = output.readLine();
            Matcher ready = READY.matcher(String.valueOf(said));
            if (!ready.matches()) {
                process.destroy();
                throw new AssertionError(List.of(line.program(), String.valueOf(said)));
            }
            return new PortForward(process, Integer.parseInt(ready.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        kubectl.destroy();
    }
}
