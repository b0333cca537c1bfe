package io.redisroles.bench.scale;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a kube-apiserver has been asked since its start, by its own {@code apiserver_request_total}. It does not tell who asked,
 * so what it asks itself is left out by group; while the benchmark asks nothing, the rest is the operator's.
 *
 * @param counts by {@code VERB group/resource/subresource}
 */
record ApiRequests(Map<String, Long> counts) {
    private static final Pattern LINE = Pattern.compile("apiserver_request_total\\{(.*)} (\\S+)");
    private static final Set<String> WRITES = Set.of("POST", "PUT", "PATCH", "APPLY", "DELETE", "DELETECOLLECTION");
    /** What the API server itself keeps, and the operator may not touch. */
    private static final Set<String> ITS_OWN = Set.of(
            "/endpoints",
            "flowcontrol.apiserver.k8s.io",
            "apiregistration.k8s.io",
            "apiextensions.k8s.io",
            "discovery.k8s.io",
            "networking.k8s.io/ipaddresses",
            "networking.k8s.io/servicecidrs",
            "authentication.k8s.io",
            "authorization.k8s.io");

    private static final String LEASES = "coordination.k8s.io/leases";

    static ApiRequests now(KubernetesClient client) {
        return of(client.raw("/metrics"));
    }

    static ApiRequests of(String metrics) {
        Map<String, Long> counts = new TreeMap<>();
        metrics.lines().forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches()) {
                String labels = matcher.group(1);
                String resource = label(labels, "group") + "/" + label(labels, "resource");
                String subresource = label(labels, "subresource");
                String key = label(labels, "verb") + " " + resource + (subresource.isEmpty() ? "" : "/" + subresource);
                counts.merge(key, (long) Double.parseDouble(matcher.group(2)), Long::sum);
            }
        });
        return new ApiRequests(counts);
    }

    /** What came after {@code before}. */
    ApiRequests since(ApiRequests before) {
        Map<String, Long> difference = new TreeMap<>();
        counts.forEach((key, count) -> {
            long more = count - before.counts.getOrDefault(key, 0L);
            if (more > 0) {
                difference.put(key, more);
            }
        });
        return new ApiRequests(difference);
    }

    /** Writes of anything but Leases, by {@code VERB group/resource/subresource}. */
    Map<String, Long> writes() {
        Map<String, Long> writes = new TreeMap<>();
        counts.forEach((key, count) -> {
            String[] words = key.split(" ", 2);
            if (WRITES.contains(words[0])
                    && !words[1].startsWith(LEASES)
                    && ITS_OWN.stream().noneMatch(words[1]::startsWith)) {
                writes.put(key, count);
            }
        });
        return writes;
    }

    private static String label(String labels, String name) {
        Matcher matcher = Pattern.compile("(?:^|,)" + name + "=\"([^\"]*)\"").matcher(labels);
        return matcher.find() ? matcher.group(1) : "";
    }
}
