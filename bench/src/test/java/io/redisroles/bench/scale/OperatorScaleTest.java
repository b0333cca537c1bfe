package io.redisroles.bench.scale;

import io.redisroles.apiserver.ApiServerTest;
import io.redisroles.apiserver.RealApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The benchmark with few roles. What it counts is asserted; how long things take is not. */
@ApiServerTest
class OperatorScaleTest {
    private static final ScaleOptions SMALL = new ScaleOptions(
            Path.of(System.getProperty("repository.root")),
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            20,
            2,
            10,
            4,
            Duration.ofSeconds(30),
            100);

    @Test
    void aSteadyOperatorWritesNothingAndRestartsNothing(RealApiServer server) throws IOException {
        // When
        ScaleFigures figures;
        try (ScaleRun run = new ScaleRun(SMALL, server, line -> System.err.println(line))) {
            figures = run.measure();
        }

        // Then
        assertThat(figures.servers()).isEqualTo(20);
        assertThat(figures.resyncWrites()).as("writes of a resync").isEmpty();
        assertThat(figures.steady().writes()).as("writes in steady state").isEmpty();
        assertThat(figures.restarts()).as("restarts").isZero();
        assertThat(figures.inStatus().all()).as("changes").hasSize(10);
        assertThat(figures.deleted().all()).as("children that came back").hasSize(4);
        assertThat(figures.drift().all()).as("repairs").hasSize(4);
    }
}
