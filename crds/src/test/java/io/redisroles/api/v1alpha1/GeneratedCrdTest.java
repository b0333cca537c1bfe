package io.redisroles.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class GeneratedCrdTest {
    private static final String UPDATE = "manifests.update";

    @ParameterizedTest
    @CsvSource({
        "io.redisroles.api.v1alpha1.RedisRole, redisroles.redisroles.io-v1.yml, redisroles.yaml",
        "io.redisroles.api.v1alpha1.AccessPolicy, accesspolicies.redisroles.io-v1.yml, accesspolicies.yaml"
    })
    void theCommittedManifestIsTheGeneratedOne(
            Class<? extends CustomResource<?, ?>> type, String generated, String committed) throws IOException {
        String expected =
                withColumnsAsDeclared(type, Files.readString(Path.of("target/classes/META-INF/fabric8", generated)));
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

    /** The generator sorts printer columns by their path; kubectl shows them in the order of the list. */
    private static String withColumnsAsDeclared(Class<?> type, String generated) {
        List<String> declared = Stream.of(type.getAnnotationsByType(AdditionalPrinterColumn.class))
                .map(AdditionalPrinterColumn::name)
                .toList();
        CustomResourceDefinition crd = Serialization.unmarshal(generated, CustomResourceDefinition.class);
        crd.getSpec()
                .getVersions()
                .forEach(version -> version.setAdditionalPrinterColumns(version.getAdditionalPrinterColumns().stream()
                        .sorted(Comparator.comparingInt(
                                (CustomResourceColumnDefinition column) -> declared.indexOf(column.getName())))
                        .toList()));
        return "# Generated from " + type.getName() + ": do not edit, see crds/README.md.\n"
                + Serialization.asYaml(crd);
    }
}
