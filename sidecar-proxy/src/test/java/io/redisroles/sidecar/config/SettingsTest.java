package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import io.redisroles.sidecar.config.Settings.Stage;
import io.redisroles.sidecar.config.Settings.Storage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SettingsTest {
    @Test
    void withoutAWordItIsRedisAndTheStageIsUnsaid() {
        assertThat(settings().storage()).isEqualTo(Storage.REDIS);
        assertThat(settings().stage()).isEqualTo(Stage.UNSAID);
    }

    @Test
    void memoryIsForDevelopment() {
        assertThat(settings("SESSION_STORAGE_TYPE", "inmemory", "REDISROLES_ENV", "development")
                        .storage())
                .isEqualTo(Storage.IN_MEMORY);
        assertThat(settings("SESSION_STORAGE_TYPE", "redis", "REDISROLES_ENV", "development")
                        .storage())
                .isEqualTo(Storage.REDIS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"production", ""})
    void memoryIsRefusedElsewhereInOneLine(String stage) {
        Settings settings = settings("SESSION_STORAGE_TYPE", "inmemory", "REDISROLES_ENV", stage);

        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(settings::storage)
                .withMessageContaining("SESSION_STORAGE_TYPE=inmemory needs REDISROLES_ENV=development")
                .withMessageNotContaining("\n");
    }

    @Test
    void otherWordsAreRefused() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> settings("SESSION_STORAGE_TYPE", "memory").storage())
                .withMessage("SESSION_STORAGE_TYPE: \"memory\" (expected: redis or inmemory)");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> settings("REDISROLES_ENV", "prod").stage())
                .withMessage("REDISROLES_ENV: \"prod\" (expected: development or production)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    redis://cache:70000       | REDIS_URL's port: 70000 (expected: 1 to 65535)
                    redis://my_cache:6379     | without underscores
                    rediss://cache:6379       | static.stores, with authorityFile
                    http://cache:6379         | REDIS_URL cannot be used
                    redis://cache:6379/first  | REDIS_URL's database: "first" (expected: a number)
                    """)
    void anAddressThatCannotBeUsedIsRefusedInOneLine(String url, String message) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> settings("REDIS_URL", url).redis())
                .withMessageContaining(message)
                .withMessageNotContaining("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"70000", "0", "-1"})
    void aPortThatIsNoneIsRefused(String port) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() ->
                        settings("REDIS_HOST", "cache", "REDIS_PORT", port).redis())
                .withMessage("REDIS_PORT: " + port + " (expected: 1 to 65535)");
    }

    private static Settings settings() {
        return Settings.from(Map.of());
    }

    private static Settings settings(String name, String value) {
        return Settings.from(Map.of(name, value));
    }

    private static Settings settings(String name, String value, String other, String otherValue) {
        return Settings.from(Map.of(name, value, other, otherValue));
    }
}
