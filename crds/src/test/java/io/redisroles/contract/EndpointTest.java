package io.redisroles.contract;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EndpointTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:6379, 127.0.0.1, 6379",
        "redis-gateway.caas.svc:6380, redis-gateway.caas.svc, 6380",
        "[::1]:15021, ::1, 15021",
        "[fe80::1%eth0]:1, fe80::1%eth0, 1",
        "localhost:0, localhost, 0",
        "localhost:65535, localhost, 65535"
    })
    void hostAndPortAreReadAndWrittenAlike(String text, String host, int port) {
        Endpoint endpoint = Endpoint.parse(text);

        assertThat(endpoint).isEqualTo(new Endpoint(host, port));
        assertThat(endpoint).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":6379",
                "localhost",
                "localhost:",
                "localhost:http",
                "localhost:+1",
                "localhost:-1",
                "::1",
                "::1:6379",
                "[::1]",
                "[::1",
                "[::1:6379",
                "::1]:6379",
                "[]:6379",
                "[localhost]:6379",
                "local host:6379",
                "localhost:6379 ",
                "localhost:٣",
                "localhost:00000006379"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + text + "\" is not an address (expected host:port, with IPv6 as [::1]:port)");
    }

    @Test
    void aPortOutOfRangeIsNamed() {
        assertThatThrownBy(() -> Endpoint.parse("localhost:65536"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port: 65536 (expected 0 to 65535)");
    }
}
