package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.operator.GoldenCase;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class DesiredResourcesTest {
    @Test
    void theWorkloadComesAfterWhatItMounts() {
        // Given
        RolePlan plan = Samples.plan("{role: gateway, consumers: [{name: app, keys: ['a:*']}]}");

        // When
        List<String> kinds = DesiredResources.of(plan, Samples.credentials(plan), Samples.SETTINGS).stream()
                .map(HasMetadata::getKind)
                .toList();

        // Then
        assertThat(kinds)
                .containsExactly(
                        "Secret",
                        "Secret",
                        "Secret",
                        "ConfigMap",
                        "PersistentVolumeClaim",
                        "Service",
                        "Service",
                        "NetworkPolicy",
                        "PodDisruptionBudget",
                        "StatefulSet");
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void equalInputsRenderEqualText(GoldenCase golden) {
        assertThat(json(golden)).isEqualTo(json(golden));
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void everyObjectIsLabelledAndOwned(GoldenCase golden) {
        Set<String> owners = Set.of("RedisRole", "AccessPolicy");
        assertThat(golden.objects()).allSatisfy(object -> {
            assertThat(object.getMetadata().getLabels()).containsEntry(Labels.MANAGED_BY, Labels.OPERATOR);
            assertThat(object.getMetadata().getOwnerReferences())
                    .allMatch(OwnerReference::getController)
                    .allMatch(owner -> owners.contains(owner.getKind()));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "'{role: gateway}', true",
        "'{role: compliance}', false",
        "'{role: crypto}', false",
        "'{role: crypto, persistence: {storage: {reclaimPolicy: Delete}}}', true",
        "'{role: gateway, persistence: {storage: {reclaimPolicy: Retain}}}', false"
    })
    void onlyTheRetainedVolumeOutlivesItsRole(String spec, boolean volumeGoes) {
        // Given
        RolePlan plan = Samples.plan(spec);

        // When
        List<HasMetadata> objects = DesiredResources.of(plan, Samples.credentials(plan), Samples.SETTINGS);

        // Then
        assertThat(objects)
                .filteredOn(object -> object.getMetadata().getOwnerReferences().isEmpty())
                .extracting(HasMetadata::getKind)
                .isEqualTo(volumeGoes ? List.of() : List.of("PersistentVolumeClaim"));
    }

    private static List<String> json(GoldenCase golden) {
        return golden.objects().stream().map(Serialization::asJson).toList();
    }
}
