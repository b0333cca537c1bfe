package io.redisroles.bench.scale;

import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ApiRequestsTest {
    private static final String LINE = "apiserver_request_total{code=\"%s\",component=\"apiserver\",dry_run=\"\","
            + "group=\"%s\",resource=\"%s\",scope=\"resource\",subresource=\"%s\",verb=\"%s\",version=\"v1\"} %s\n";

    @Test
    void writesAreCountedWhateverTheirAnswer() {
        // Given
        ApiRequests before = ApiRequests.of(line("200", "redisroles.io", "redisroles", "status", "APPLY", "5"));

        // When
        ApiRequests after = ApiRequests.of(line("200", "redisroles.io", "redisroles", "status", "APPLY", "7")
                + line("409", "redisroles.io", "redisroles", "status", "APPLY", "1")
                + line("201", "", "events", "", "POST", "1"));

        // Then
        assertThat(after.since(before).writes())
                .isEqualTo(Map.of("APPLY redisroles.io/redisroles/status", 3L, "POST /events", 1L));
    }

    @Test
    void readsLeasesAndWhatTheApiServerKeepsAreNoWrites() {
        // When
        ApiRequests requests = ApiRequests.of(line("200", "", "secrets", "", "LIST", "3")
                + line("200", "coordination.k8s.io", "leases", "", "PUT", "9")
                + line("422", "", "endpoints", "", "POST", "2"));

        // Then
        assertThat(requests.writes()).isEmpty();
    }

    private static String line(String code, String group, String resource, String part, String verb, String count) {
        return LINE.formatted(code, group, resource, part, verb, count);
    }
}
