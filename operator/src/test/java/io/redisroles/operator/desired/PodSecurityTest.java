package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.redisroles.operator.GoldenCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Pods pass the restricted Pod Security Standard, and more. */
class PodSecurityTest {
    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void podsAreRestricted(GoldenCase golden) {
        for (PodSpec pod : pods(golden)) {
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isNotZero();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getHostNetwork()).isNull();
            assertThat(pod.getHostPID()).isNull();
            assertThat(pod.getHostIPC()).isNull();
            assertThat(pod.getVolumes()).allMatch(PodSecurityTest::isAllowed);
            assertThat(pod.getInitContainers()).isEmpty();
            for (Container container : pod.getContainers()) {
                SecurityContext security = container.getSecurityContext();
                assertThat(security.getAllowPrivilegeEscalation()).isFalse();
                assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
                assertThat(security.getCapabilities().getAdd()).isEmpty();
                assertThat(security.getPrivileged()).isNull();
                assertThat(container.getPorts()).allMatch(port -> port.getHostPort() == null);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void podsHaveAReadOnlyRootAndNoAccessToTheApi(GoldenCase golden) {
        for (PodSpec pod : pods(golden)) {
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getEnableServiceLinks()).isFalse();
            assertThat(pod.getContainers())
                    .allMatch(container -> container.getSecurityContext().getReadOnlyRootFilesystem());
        }
    }

    @ParameterizedTest
    @MethodSource("io.redisroles.operator.GoldenCase#all")
    void mountsAreDirectoriesSoThatTheyAreRefreshed(GoldenCase golden) {
        for (PodSpec pod : pods(golden)) {
            assertThat(pod.getContainers().get(0).getVolumeMounts())
                    .isNotEmpty()
                    .allMatch(mount -> mount.getSubPath() == null && mount.getSubPathExpr() == null);
        }
    }

    private static boolean isAllowed(Volume volume) {
        return volume.getConfigMap() != null || volume.getSecret() != null || volume.getPersistentVolumeClaim() != null;
    }

    private static Iterable<PodSpec> pods(GoldenCase golden) {
        return golden.objects().stream()
                .filter(StatefulSet.class::isInstance)
                .map(StatefulSet.class::cast)
                .map(set -> set.getSpec().getTemplate().getSpec())
                .toList();
    }
}
