package io.redisroles.operator;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.SidecarConfigCodec;
import io.redisroles.operator.plan.PolicyPlan;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What resources become, object by object. */
class GoldenTest {
    private static final String HOW_TO_UPDATE =
            "run this test with -Dgolden.update=true, then read the diff as its reviewer would";

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void resourcesBecomeTheirGoldenObjects(GoldenCase golden) {
        // Given
        if (Boolean.getBoolean("golden.update")) {
            golden.update();
        }

        // When
        SortedMap<String, String> rendered = golden.rendered();

        // Then
        assertThat(golden.golden().keySet())
                .as("no golden file is missing or unused; " + HOW_TO_UPDATE)
                .isEqualTo(rendered.keySet());
        rendered.forEach((file, text) -> assertThat(golden.golden().get(file))
                .as(golden + "/" + file + "; " + HOW_TO_UPDATE)
                .isEqualTo(text));
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void everyFileIsAnInputOrAnOutput(GoldenCase golden) {
        assertThat(golden.strays()).isEmpty();
        assertThat(golden.roles()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void everyGoldenFileIsAKubernetesObject(GoldenCase golden) {
        golden.golden()
                .forEach((file, text) -> assertThat(Serialization.unmarshal(text, GenericKubernetesResource.class)
                                .getMetadata())
                        .as(file)
                        .satisfies(metadata -> assertThat(file).contains(metadata.getName())));
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void theSidecarReadsTheConfigurationThatWasPlanned(GoldenCase golden) {
        for (PolicyPlan plan : golden.policyPlans()) {
            // Given
            ConfigMap map = golden.objects().stream()
                    .filter(ConfigMap.class::isInstance)
                    .map(ConfigMap.class::cast)
                    .filter(object -> object.getMetadata().getName().equals("policy-" + plan.name()))
                    .findFirst()
                    .orElseThrow();

            // When
            String text = map.getData().getOrDefault(ContractPaths.CONFIG_KEY, "");

            // Then
            assertThat(new SidecarConfigCodec().read(text)).isEqualTo(plan.config());
        }
    }

    @Test
    void thereIsACaseWithAPolicy() {
        assertThat(GoldenCase.all().flatMap(golden -> golden.policies().stream()))
                .isNotEmpty();
    }
}
