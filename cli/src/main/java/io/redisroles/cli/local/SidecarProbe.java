package io.redisroles.cli.local;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Asks a sidecar on this machine whether it is ready, as the kubelet would. */
final class SidecarProbe {
    private static final int LIMIT_MILLIS = 500;

    private SidecarProbe() {}

    static boolean isReady(Ports ports) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create("http://" + Ports.HOST + ":" + ports.probes() + "/healthz/ready")
                            .toURL()
                            .openConnection();
            connection.setConnectTimeout(LIMIT_MILLIS);
            connection.setReadTimeout(LIMIT_MILLIS);
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }
}
