package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BytesTest {
    @ParameterizedTest
    @CsvSource({
        "256Mi, 268435456, 256Mi",
        "0.5Gi, 536870912, 512Mi",
        "1024Ki, 1048576, 1Mi",
        "1024Mi, 1073741824, 1Gi",
        "1536Mi, 1610612736, 1536Mi",
        "256M, 256000000, 250000Ki",
        "1e3, 1000, 1000",
        "1025, 1025, 1025",
        "1Pi, 1125899906842624, 1024Ti"
    })
    void sizesAreReadAsKubernetesReadsThemAndWrittenCanonically(String text, long bytes, String canonical) {
        assertThat(Bytes.of(new Quantity(text))).isEqualTo(bytes);
        assertThat(Bytes.text(bytes)).isEqualTo(canonical);
        assertThat(Bytes.of(Bytes.quantity(bytes))).isEqualTo(bytes);
    }
}
