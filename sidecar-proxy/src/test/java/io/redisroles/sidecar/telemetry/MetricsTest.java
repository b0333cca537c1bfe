package io.redisroles.sidecar.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class MetricsTest {
    private static final Pattern FAMILY = Pattern.compile("(?m)^# TYPE (redisroles_\\w+) ");
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `(redisroles_\\w+)` \\|");

    @Test
    void everyMetricIsExplainedAndEveryExplainedOneIsThere() throws IOException {
        // When
        Set<String> served = names(FAMILY, everything().scrape());

        // Then
        String page = Files.readString(Path.of("../docs/metrics.md"));
        assertThat(names(DOCUMENTED, page))
                .containsExactlyElementsOf(
                        served.stream().filter(name -> !name.endsWith("_max")).toList());
    }

    private static ProxyMetrics everything() {
        ProxyMetrics metrics = new ProxyMetrics();
        metrics.decided("api", "", Outcome.ADMITTED, "redis");
        metrics.decidedAfter(1);
        metrics.newSubjectOverflowed("api");
        metrics.limitCountersLost("evicted", 1);
        metrics.upstreamFailed("refused");
        metrics.http2Ended("ENHANCE_YOUR_CALM");
        metrics.sockets().opened();
        metrics.sockets().closed("revoked");
        StoreMetrics store = metrics.store("gateway", List.of("limits"));
        store.up();
        store.failed("timeout");
        return metrics;
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
