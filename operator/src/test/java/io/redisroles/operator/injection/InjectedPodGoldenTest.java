package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.contract.ContractPaths;
import io.redisroles.contract.PodSection;
import io.redisroles.contract.SidecarConfigCodec;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What pods become, field by field. */
class InjectedPodGoldenTest {
    @ParameterizedTest
    @MethodSource("io.redisroles.operator.injection.InjectionCase#all")
    void podsBecomeTheirGoldenPods(InjectionCase golden) {
        // When
        Injection.Inject injected = (Injection.Inject) golden.decision();

        // Then
        String pod = Serialization.asYaml(injected.pod());
        String warnings = injected.warnings().stream().map(line -> line + "\n").collect(Collectors.joining());
        if (Boolean.getBoolean("golden.update")) {
            golden.write("out-Pod.yaml", pod);
            golden.write("out-warnings.txt", warnings);
        }
        assertThat(pod)
                .as("run this test with -Dgolden.update=true, then read the diff")
                .isEqualTo(golden.expected("out-Pod.yaml"));
        assertThat(warnings).isEqualTo(golden.expected("out-warnings.txt"));
        assertThat(golden.strays()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.injection.InjectionCase#all")
    void aPodThatHasTheSidecarIsLeftAlone(InjectionCase golden) {
        // Given
        Injection.Inject injected = (Injection.Inject) golden.decision();

        // When, Then
        assertThat(Injection.of(
                        injected.pod(), new Neighbourhood(java.util.List.of(), java.util.List.of()), golden.settings()))
                .isEqualTo(new Injection.Skip("it has the sidecar already"));
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.injection.InjectionCase#all")
    void theSidecarReadsWhatItIsToldOfItsPod(InjectionCase golden) {
        // When
        Injection.Inject injected = (Injection.Inject) golden.decision();

        // Then
        String told = PodChecks.containers(injected.pod())
                .filter(container -> container.getName().equals(ContractPaths.SIDECAR_CONTAINER))
                .flatMap(container -> container.getEnv().stream())
                .filter(variable -> variable.getName().equals(PodSection.VARIABLE))
                .map(EnvVar::getValue)
                .collect(Collectors.joining());
        assertThat(new SidecarConfigCodec().readPod(told).inbound()).isNotEmpty();
    }
}
