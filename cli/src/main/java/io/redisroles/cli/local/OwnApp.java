package io.redisroles.cli.local;

import io.redisroles.cli.CliException;
import io.redisroles.contract.Endpoint;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** The user's own app in the place of the sample app. */
final class OwnApp {
    private static final int LIMIT_MILLIS = 1000;

    private OwnApp() {}

    static void requireListening(Endpoint app) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(app.host(), app.port()), LIMIT_MILLIS);
        } catch (IOException e) {
            throw new CliException(
                    "--app " + app
                            + ": nothing answers there; start the app first, or leave --app out for the sample app",
                    e);
        }
    }
}
