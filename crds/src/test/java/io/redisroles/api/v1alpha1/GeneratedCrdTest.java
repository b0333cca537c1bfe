package io.redisroles.api.v1alpha1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class GeneratedCrdTest {
    private static final String UPDATE = "manifests.update";

    @ParameterizedTest
    @CsvSource({
        "redisroles.redisroles.io-v1.yml, redisroles.yaml",
        "accesspolicies.redisroles.io-v1.yml, accesspolicies.yaml"
    })
    void theCommittedManifestIsTheGeneratedOne(String generated, String committed) throws IOException {
        String expected = Files.readString(Path.of("target/classes/META-INF/fabric8", generated));
        Path manifest = Path.of("manifests", committed);
        if (Boolean.getBoolean(UPDATE)) {
            Files.createDirectories(manifest.getParent());
            Files.writeString(manifest, expected);
        }

        assertThat(manifest)
                .as("the API changed; review and commit what this writes:"
                        + " ./mvnw -q -pl crds test -Dtest=GeneratedCrdTest -D" + UPDATE + "=true")
                .exists()
                .content()
                .isEqualTo(expected);
    }
}
