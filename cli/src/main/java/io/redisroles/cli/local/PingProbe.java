package io.redisroles.cli.local;

import io.redisroles.operator.desired.ProbeQuestion;
import io.redisroles.operator.plan.AclUser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks the operator's probe questions of a Redis on this machine, as the kubelet would: PING as the probe's user. */
final class PingProbe {
    private static final int LIMIT_MILLIS = 1000;

    private PingProbe() {}

    /** Whether the server on {@code port} gives a right answer. Blocks for at most a second or two. */
    static boolean ask(ProbeQuestion question, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), LIMIT_MILLIS);
            socket.setSoTimeout(LIMIT_MILLIS);
            String commands = "AUTH " + AclUser.PROBE + " any\r\nPING\r\n";
            socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String login = answers.readLine();
            String answer = answers.readLine();
            return login != null && answer != null && !answer.isEmpty() && question.accepts(answer.substring(1));
        } catch (IOException e) {
            return false;
        }
    }
}
