package io.redisroles.cli;

import io.redisroles.cli.local.Ports;
import io.redisroles.contract.Endpoint;
import java.util.List;

/** Lines to paste into a shell. */
final class CurlLines {
    private CurlLines() {}

    static List<String> of(Endpoint served, Ports ports) {
        String app = "http://" + served;
        return List.of(
                "curl -i -c /tmp/sid -d '{\"user\":\"ada\",\"tier\":\"free\"}' " + app + "/auth/login",
                "curl -i -b /tmp/sid " + app + "/api/hello",
                "for i in $(seq 101); do curl -s -o /dev/null -w '%{http_code}\\n' -b /tmp/sid " + app
                        + "/api/hello; done | sort | uniq -c",
                "curl http://" + Ports.HOST + ":" + ports.probes() + "/metrics   # and http://" + Ports.HOST + ":"
                        + ports.admin() + "/config",
                "");
    }
}
