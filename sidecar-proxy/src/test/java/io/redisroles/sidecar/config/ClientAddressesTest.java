package io.redisroles.sidecar.config;

import io.netty.util.NetUtil;
import io.redisroles.contract.PolicySection;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ClientAddressesTest {
    private final ClientAddresses clients =
            new ClientAddresses(new PolicySection.Client(List.of("10.0.0.0/8", "fd00::/8", "192.0.2.7"), 64, false));

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    203.0.113.9 | 1.1.1.1                        | 203.0.113.9
                    10.0.0.1    |                                | 10.0.0.1
                    10.0.0.1    | 198.51.100.1                   | 198.51.100.1
                    10.0.0.1    | 6.6.6.6, 198.51.100.1          | 198.51.100.1
                    10.0.0.1    | 198.51.100.1, 10.9.9.9         | 198.51.100.1
                    10.0.0.1    | 198.51.100.1, 192.0.2.7, fd00::1 | 198.51.100.1
                    10.0.0.1    | 198.51.100.1, unknown, 10.2.2.2 | 10.2.2.2
                    10.0.0.1    | 10.1.1.1, 10.2.2.2             | 10.1.1.1
                    10.0.0.1    | 198.51.100.1:4711              | 198.51.100.1
                    10.0.0.1    | [2001:db8:1:2:3::4]:4711       | 2001:db8:1:2::/64
                    10.0.0.1    | ::ffff:198.51.100.1            | 198.51.100.1
                    2001:db8:1:2:a:b:c:d | 1.1.1.1               | 2001:db8:1:2::/64
                    """)
    void theListIsBelievedFromItsEndAsFarAsItIsTrusted(String peer, String forwarded, String subject) throws Exception {
        // Given
        InetAddress address = InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(peer));
        List<String> fields = forwarded == null ? List.of() : List.of(forwarded);

        // When
        InetAddress client = clients.client(address, fields);

        // Then
        assertThat(clients.subject(client)).isEqualTo(subject);
    }
}
