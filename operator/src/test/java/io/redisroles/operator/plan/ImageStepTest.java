package io.redisroles.operator.plan;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ImageStepTest {
    @ParameterizedTest(name = "{0} {1} -> {2}")
    @CsvSource({
        // what the workload has, what its server said, what is wished
        "redis:7.2.7, 7.2.7, redis:7.2.7",
        "redis:7.2.7, 7.2.7, redis:7.2.8",
        "redis:7.2.7, 7.2.7, redis:7.4",
        "redis:7.2.7, 7.2.7, docker.io/library/redis:8.0.2-alpine",
        "redis:7.4.2, 7.4.2, redis:7",
        "redis:7.4.2, 7.4.2, redis:7.4",
        "redis:7.2.7, 7.2.7, valkey/valkey:8.0.1",
        "redis:7.2.7, '', valkey/valkey:8.0.1-bookworm",
        "valkey/valkey:8.0.1, Valkey 8.0.1, valkey/valkey:8.1",
        "valkey/valkey:8.0.1, Valkey 8.0.1, redis:7.2.7",
        // nothing is known of what is wished, or of what ran
        "redis:7.4.2, 7.4.2, redis:latest",
        "redis:7.4.2, 7.4.2, redis@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "redis:7.4.2, 7.4.2, registry.example:5000/our-cache:1.0.0",
        "registry.example:5000/our-cache:9.0.0, '', redis:7.2.7",
        // the tag lied: what the server said counts
        "redis:8.0.0, 7.2.7, redis:7.4.2"
    })
    void anImageThatReadsTheDataIsRun(String present, String version, String wished) {
        assertThat(ImageStep.towards(wished, Optional.of(present), known(version), ""))
                .isEqualTo(new ImageStep(wished, Optional.empty()));
    }

    @ParameterizedTest(name = "{0} {1} -> {2}")
    @CsvSource({
        "redis:7.4.2, 7.4.2, redis:7.2.7, 7.4.2",
        "redis:7.4.2, 7.4.2, redis:7.4.1, 7.4.2",
        "redis:8.0.2, 8.0.2, redis:7, 8.0.2",
        "redis:latest, 8.0.2, redis:7.4, 8.0.2",
        "redis@sha256:1, 8.0.2, redis:7.4@sha256:2, 8.0.2",
        "redis:7.4.2, '', redis:7.2, 7.4.2",
        "redis:7.4.2, 7.4.2, valkey/valkey:8.0.1, 7.4.2",
        "redis:8.0.2, 8.0.2, registry.example:5000/mirror/valkey:9, 8.0.2",
        "valkey/valkey:8.1.0, Valkey 8.1.0, valkey/valkey:8.0.1, Valkey 8.1.0",
        "valkey/valkey:9.0.0, Valkey 9.0.0, redis:8.0.2, Valkey 9.0.0",
        "valkey/valkey:8.0.1, Valkey 8.0.1, redis:7.0.15, Valkey 8.0.1",
        "redis:7.2.7, 7.4.2, redis:7.2.7-alpine, 7.4.2"
    })
    void anImageThatMayNotReadTheDataIsRefused(String present, String version, String wished, String wrote) {
        // When
        ImageStep step = ImageStep.towards(wished, Optional.of(present), known(version), "");

        // Then
        assertThat(step.image()).isEqualTo(present);
        assertThat(step.refused().orElseThrow())
                .isEqualTo("spec.image: " + wished + " may not read what " + wrote + " has written, so the pod keeps "
                        + present + ": write an image of " + wrote
                        + " or later, or accept that the data may be lost with"
                        + " the annotation redisroles.io/allow-image=" + wished);
    }

    @Test
    void peopleMayAllowExactlyOneImage() {
        // Given
        Optional<String> present = Optional.of("redis:7.4.2");
        Optional<String> version = Optional.of("7.4.2");

        // Then
        assertThat(ImageStep.towards("redis:7.2.7", present, version, "redis:7.2.7")
                        .refused())
                .isEmpty();
        assertThat(ImageStep.towards("redis:7.0.15", present, version, "redis:7.2.7")
                        .refused())
                .isPresent();
        assertThat(ImageStep.towards("redis:7.0.15", present, version, "true").refused())
                .isPresent();
    }

    @Test
    void aRoleWithoutAWorkloadRunsWhatIsWished() {
        assertThat(ImageStep.towards("redis:7.0.15", Optional.empty(), Optional.of("7.4.2"), ""))
                .isEqualTo(new ImageStep("redis:7.0.15", Optional.empty()));
    }

    private static Optional<String> known(String version) {
        return Optional.of(version).filter(text -> !text.isEmpty());
    }
}
