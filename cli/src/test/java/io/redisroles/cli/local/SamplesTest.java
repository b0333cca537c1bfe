package io.redisroles.cli.local;

import io.redisroles.cli.resources.ResourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Every sample can be served as it is written. */
class SamplesTest {
    private static final Path SAMPLES =
            Path.of(System.getProperty("repository.root", "..")).resolve("samples");

    static Stream<Path> samples() throws IOException {
        try (Stream<Path> folders = Files.list(SAMPLES)) {
            return folders
                    .filter(folder -> Files.isDirectory(folder) && !folder.endsWith("app"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aSampleIsServableAndNothingInItIsUnwise(Path sample) {
        // When
        LocalPlans plans = LocalPlans.of(new ResourceFiles().read(sample));
        plans.requireServable();

        // Then
        assertThat(plans.policies()).hasSize(1);
        assertThat(Stream.concat(plans.roles().values().stream(), plans.policies().values().stream())
                        .flatMap(planned -> planned.result().warnings().stream()))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aSampleIsListed(Path sample) throws IOException {
        assertThat(Files.readString(SAMPLES.resolve("README.md"))).contains("[`" + sample.getFileName() + "`]");
    }

    @Test
    void theFirstUsersHaveTheirs() throws IOException {
        assertThat(samples().map(sample -> String.valueOf(sample.getFileName())).toList())
                .containsAll(List.of("caas", "faultmaven", "ninaivalaigal", "pseudonymization", "storytailor"));
    }
}
