package io.redisroles.bench.scale;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TimesTest {
    @Test
    void aQuantileIsATimeThatWasMeasured() {
        // When
        Times times = new Times(LongStream.rangeClosed(1, 200)
                .mapToObj(i -> Duration.ofMillis(201 - i))
                .toList());

        // Then
        assertThat(times.quantile(0.5)).isEqualTo(Duration.ofMillis(100));
        assertThat(times.quantile(0.99)).isEqualTo(Duration.ofMillis(198));
        assertThat(times.worst()).isEqualTo(Duration.ofMillis(200));
    }
}
