package io.redisroles.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SidecarConfigCodecTest {
    private static final SidecarConfig CONFIG = new SidecarConfig(
            SidecarConfig.VERSION,
            new StaticSection(
                    Endpoint.parse("0.0.0.0:15001"),
                    Endpoint.parse("127.0.0.1:8080"),
                    Endpoint.parse("0.0.0.0:15020"),
                    Endpoint.parse("[::1]:15021"),
                    Map.of(
                            StoreName.LIMITS,
                            new StaticSection.Store(
                                    "gateway",
                                    Endpoint.parse("redis-gateway.caas.svc:6379"),
                                    0,
                                    "_policy.gateway",
                                    "/etc/redisroles/credentials/limits.password"),
                            StoreName.SESSIONS,
                            new StaticSection.Store(
                                    "sessions",
                                    Endpoint.parse("redis-sessions.caas.svc:6379"),
                                    0,
                                    "_policy.gateway",
                                    "/etc/redisroles/credentials/sessions.password",
                                    "/etc/redisroles/credentials/sessions.ca.crt",
                                    "/etc/redisroles/credentials/sessions.client.pem")),
                    "/etc/redisroles/credentials/identifier.key",
                    Duration.ofMillis(100),
                    Duration.ofSeconds(30),
                    false,
                    List.of(new StaticSection.OpaquePort(
                            Endpoint.parse("0.0.0.0:15002"), Endpoint.parse("127.0.0.1:9000"))),
                    StaticSection.Savings.ALL),
            new PolicySection(
                    "caas",
                    "gateway",
                    3,
                    Unmatched.DENY,
                    Identifiers.HASHED,
                    new PolicySection.Client(List.of("10.0.0.0/8"), 64, false),
                    new PolicySection.Session(
                            List.of(new PolicySection.SessionSource(PolicySection.SessionSource.Kind.COOKIE, "sid")),
                            "session:",
                            "auth:token:",
                            "apikey:",
                            Duration.ofMinutes(30),
                            Duration.ofHours(24),
                            "created_at",
                            new Jwt.Verified("https://issuer", "caas", new Jwt.InFile("/etc/jwks.json"), "jwt:"),
                            new PolicySection.Csrf(CsrfMode.CROSS_ORIGIN, List.of("https://caas.example"))),
                    new PolicySection.Tier("tier", "free"),
                    1000,
                    1,
                    List.of(new PolicySection.Rule(
                            "api",
                            List.of("/api/**"),
                            List.of(HttpMethod.GET),
                            SessionRequirement.REQUIRED,
                            SessionFailure.DENY,
                            List.of(new PolicySection.Limit(
                                    "api",
                                    List.of(SubjectPart.USER, SubjectPart.RULE),
                                    PolicySection.Amount.of(100),
                                    new Algorithm.SlidingWindow(Duration.ofMinutes(1)),
                                    1,
                                    LimitUnit.REQUEST,
                                    LimitMode.ENFORCE,
                                    Map.of("pro", PolicySection.Amount.of(1000)),
                                    OnStoreFailure.DENY))))));

    private final SidecarConfigCodec codec = new SidecarConfigCodec();

    @Test
    void whatIsWrittenIsReadBackEqual() {
        // Given
        String yaml = codec.write(CONFIG);

        // When
        SidecarConfig read = codec.read(yaml);

        // Then
        assertThat(read).isEqualTo(CONFIG);
        assertThat(codec.write(read)).as("canonical").isEqualTo(yaml);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    per: 1m        | per: fortnight   | "fortnight" is not a duration
                    per: 1m        | per: 100ms       | per is 100ms (expected: 1s to 744h)
                    requests: 100  | requests: 0      | requests is 0 (expected: 1 to 1000000000)
                    cost: 1        | cost: 101        | cost is 101 (expected: 1 to requests = 100)
                    session: Required | session: Always | Always
                    ipv6Prefix: 64 | ipv6Prefix: 8    | client.ipv6Prefix: 8 (expected: 32 to 128)
                    version: 1     | version: 2       | version: 2 (expected: 1)
                    unmatched: Deny | name: gateway   | Duplicate field 'name'
                    """)
    void aWrongValueIsNamedWithItsPlace(String right, String wrong, String message) {
        // Given
        String yaml = codec.write(CONFIG);
        assertThat(yaml).contains(right);

        // When, Then
        assertThatThrownBy(() -> codec.read(yaml.replace(right, wrong)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message)
                .hasMessageStartingWith("line ");
    }

    @Test
    void anUnknownFieldIsNamed() {
        // Given
        String yaml = codec.write(CONFIG).replace("  unmatched: Deny\n", "  unmatched: Deny\n  unmached: Deny\n");

        // When, Then
        assertThatThrownBy(() -> codec.read(yaml))
                .hasMessageEndingWith("policy.unmached: Unrecognized field \"unmached\"");
    }

    @Test
    void aMissingFieldIsNamed() {
        // Given
        String yaml = codec.write(CONFIG).replace("  unmatched: Deny\n", "");

        // When, Then
        assertThatThrownBy(() -> codec.read(yaml))
                .hasMessageEndingWith("policy.unmatched: Missing creator property 'unmatched'");
    }

    /** Written by an operator, or read by a sidecar, that knows no encrypted connections. */
    @Test
    void whatIsNotEncryptedIsWrittenAsBefore() {
        String text = codec.write(CONFIG);

        assertThat(text.lines().filter(line -> line.contains("authorityFile"))).hasSize(1);
        assertThat(codec.read(text)).isEqualTo(CONFIG);
    }
}
