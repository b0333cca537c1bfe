package io.redisroles.cli;

import io.redisroles.cli.local.Ports;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.PolicySection.SessionSource.Kind;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CurlLinesTest {
    private static final Endpoint APP = new Endpoint("127.0.0.1", 8080);

    @Test
    void theyUseACredentialThatThePolicyTakes() {
        assertThat(lines(Kind.COOKIE, Kind.BEARER_TOKEN))
                .contains("-b /tmp/sid")
                .doesNotContain("Bearer");
        assertThat(lines(Kind.BEARER_TOKEN))
                .contains("curl -i -H \"Authorization: Bearer $token\" http://127.0.0.1:8080/api/hello")
                .doesNotContain("/tmp/sid");
        assertThat(lines(Kind.BEARER_JWT)).doesNotContain("/api/hello").contains("/metrics");
    }

    private static String lines(Kind... sources) {
        return String.join("\n", CurlLines.of(APP, new Ports(0), Set.of(sources)));
    }
}
