package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class IdentifierKeysTest {
    private static final Path FILE = Path.of("/keys/identifier.key");
    private static final String A = "A".repeat(43);
    private static final String B = "B".repeat(42) + "A";

    @Test
    void oneLineIsTheKeyAndASecondTheOneBeforeIt() {
        // Given
        ActiveKeys keys = new ActiveKeys(IdentifierKeys.parse(FILE, A + "\n"));
        Supplier<ActiveKeys.Hashes> hashes = keys.hashes("rate");
        ActiveKeys.Hashes first = hashes.get();
        assertThat(first.former()).isEmpty();
        assertThat(hashes.get()).isSameAs(first);
        String named = first.current().tag("ada");

        // When
        keys.replace(IdentifierKeys.parse(FILE, B + "\n" + A));

        // Then
        ActiveKeys.Hashes both = hashes.get();
        assertThat(both.former().orElseThrow().tag("ada")).isEqualTo(named);
        assertThat(both.current().tag("ada")).isNotEqualTo(named);
        assertThat(keys.hashes("session").get().current().tag("ada"))
                .isNotEqualTo(both.current().tag("ada"));
    }

    @Test
    void theSameKeysAreEqualAndShowNothing() {
        IdentifierKeys both = IdentifierKeys.parse(FILE, A + "\n" + B);

        assertThat(both).isEqualTo(IdentifierKeys.parse(FILE, A + "\n" + B + "\n"));
        assertThat(both).isNotEqualTo(IdentifierKeys.parse(FILE, B + "\n" + A));
        assertThat(both).isNotEqualTo(IdentifierKeys.parse(FILE, A));
        assertThat(both.toString()).doesNotContain("AAAA", "BBBB");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''       | /keys/identifier.key holds 0 bytes (expected: 32, as base64url)",
                "AAAA     | /keys/identifier.key holds 3 bytes (expected: 32, as base64url)",
                "KEY~AAAA | /keys/identifier.key holds 3 bytes (expected: 32, as base64url)",
                "KEY~*    | /keys/identifier.key is not base64url (expected: 32 bytes of it)",
                "KEY~KEY~KEY | /keys/identifier.key has 3 lines (expected: a key, and at most the one before it)",
            })
    void whatIsNoKeyIsRefusedWithTheReason(String text, String message) {
        assertThatThrownBy(
                        () -> IdentifierKeys.parse(FILE, text.replace("KEY", A).replace('~', '\n')))
                .isInstanceOf(ConfigException.class)
                .hasMessage(message);
    }
}
