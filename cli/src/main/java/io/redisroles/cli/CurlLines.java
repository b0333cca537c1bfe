package io.redisroles.cli;

import io.redisroles.cli.local.Ports;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.PolicySection.SessionSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Lines to paste into a shell. */
final class CurlLines {
    private static final String LOGIN = "-d '{\"user\":\"ada\",\"tier\":\"free\"}' ";

    private CurlLines() {}

    /** @param sources of credentials, of which one that the sample app gives out is used */
    static List<String> of(Endpoint served, Ports ports, Set<SessionSource.Kind> sources) {
        String app = "http://" + served;
        List<String> lines = new ArrayList<>();
        if (sources.contains(SessionSource.Kind.COOKIE)) {
            lines.add("curl -i -c /tmp/sid " + LOGIN + app + "/auth/login");
            addRequests(lines, "-b /tmp/sid ", app);
        } else if (sources.contains(SessionSource.Kind.BEARER_TOKEN)) {
            lines.add("token=$(curl -s " + LOGIN + app + "/auth/login | sed 's/.*\"token\":\"\\([^\"]*\\)\".*/\\1/')");
            addRequests(lines, "-H \"Authorization: Bearer $token\" ", app);
        }
        lines.add("curl http://" + Ports.HOST + ":" + ports.probes() + "/metrics   # and http://" + Ports.HOST + ":"
                + ports.admin() + "/config");
        lines.add("");
        return lines;
    }

    private static void addRequests(List<String> lines, String credential, String app) {
        lines.add("curl -i " + credential + app + "/api/hello");
        lines.add("for i in $(seq 101); do curl -s -o /dev/null -w '%{http_code}\\n' " + credential + app
                + "/api/hello; done | sort | uniq -c");
    }
}
