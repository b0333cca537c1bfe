package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.redisroles.operator.plan.Bytes;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The StatefulSet of a role. Its pods are replaced only by the operator ({@code OnDelete}), when the restart hash on the
 * template is not the one on the pod.
 */
final class RedisWorkload {
    /** Where redis.conf is mounted. */
    static final String CONFIG_DIRECTORY = "/etc/redis/conf";

    private static final long REDIS_UID = 999L;

    private RedisWorkload() {}

    static StatefulSet desired(RolePlan plan) {
        PodTemplateSpec template = template(plan);
        template.getMetadata().getAnnotations().put(Labels.RESTART_HASH, RestartHash.of(template, plan));
        return new StatefulSetBuilder()
                .withMetadata(Metadata.owned(plan, plan.names().base()))
                .withNewSpec()
                .withReplicas(1)
                .withServiceName(plan.names().headlessService())
                .withNewUpdateStrategy()
                .withType("OnDelete")
                .endUpdateStrategy()
                .withNewSelector()
                .withMatchLabels(Labels.selector(plan))
                .endSelector()
                .withTemplate(template)
                .endSpec()
                .build();
    }

    private static PodTemplateSpec template(RolePlan plan) {
        Map<String, String> labels = new TreeMap<>(plan.pod().labels());
        labels.putAll(Labels.of(plan));
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels)
                .withAnnotations(new TreeMap<>(plan.pod().annotations()))
                .endMetadata()
                .withNewSpec()
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                .withTerminationGracePeriodSeconds(60L)
                .withSecurityContext(podSecurity())
                .withContainers(redis(plan))
                .withVolumes(volumes(plan))
                .withNodeSelector(
                        plan.scheduling().nodeSelector().isEmpty()
                                ? null
                                : new TreeMap<>(plan.scheduling().nodeSelector()))
                .withTolerations(plan.scheduling().tolerations())
                .withAffinity(plan.scheduling().affinity())
                .withTopologySpreadConstraints(plan.scheduling().topologySpreadConstraints())
                .withPriorityClassName(plan.scheduling().priorityClassName())
                .withImagePullSecrets(plan.pod().imagePullSecrets())
                .endSpec()
                .build();
    }

    private static Container redis(RolePlan plan) {
        return new ContainerBuilder()
                .withName("redis")
                .withImage(plan.image())
                .withImagePullPolicy("IfNotPresent")
                .withCommand(StartCommand.of(plan))
                .withWorkingDir(RedisDirectives.DATA_DIRECTORY)
                .addNewPort()
                .withName("redis")
                .withContainerPort(RolePlan.CONTAINER_PORT)
                .withProtocol("TCP")
                .endPort()
                .withResources(resources(plan))
                // Why Redis ended is then in the pod's status, and nobody needs the right to read logs.
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withStartupProbe(ProbeQuestion.STARTUP.probe(plan.tls().isPresent()))
                .withReadinessProbe(ProbeQuestion.READINESS.probe(plan.tls().isPresent()))
                .withLivenessProbe(ProbeQuestion.LIVENESS.probe(plan.tls().isPresent()))
                .withSecurityContext(containerSecurity())
                .withVolumeMounts(mounts(plan))
                .build();
    }

    private static ResourceRequirements resources(RolePlan plan) {
        Quantity memory = Bytes.quantity(plan.memory().containerLimit());
        return new ResourceRequirementsBuilder()
                .withRequests(new TreeMap<>(Map.of("memory", memory, "cpu", plan.cpu())))
                .withLimits(Map.of("memory", memory))
                .build();
    }

    private static PodSecurityContext podSecurity() {
        return new PodSecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(REDIS_UID)
                .withRunAsGroup(REDIS_UID)
                .withFsGroup(REDIS_UID)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }

    private static SecurityContext containerSecurity() {
        return new SecurityContextBuilder()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .build();
    }

    private static List<VolumeMount> mounts(RolePlan plan) {
        List<VolumeMount> mounts = new ArrayList<>(List.of(
                mount("config", CONFIG_DIRECTORY, true),
                mount("acl", aclDirectory(), true),
                mount("data", RedisDirectives.DATA_DIRECTORY, false)));
        if (plan.tls().isPresent()) {
            mounts.add(mount("tls", RedisDirectives.TLS_DIRECTORY, true));
        }
        return mounts;
    }

    private static List<Volume> volumes(RolePlan plan) {
        List<Volume> volumes = new ArrayList<>(List.of(
                new VolumeBuilder()
                        .withName("config")
                        .withNewConfigMap()
                        .withName(plan.names().base())
                        .endConfigMap()
                        .build(),
                new VolumeBuilder()
                        .withName("acl")
                        .withNewSecret()
                        .withSecretName(plan.names().aclSecret())
                        .withDefaultMode(0440)
                        .endSecret()
                        .build(),
                new VolumeBuilder()
                        .withName("data")
                        .withNewPersistentVolumeClaim()
                        .withClaimName(plan.names().volumeClaim())
                        .endPersistentVolumeClaim()
                        .build()));
        if (plan.tls().isPresent()) {
            volumes.add(new VolumeBuilder()
                    .withName("tls")
                    .withNewSecret()
                    .withSecretName(plan.names().certificateSecret())
                    .withDefaultMode(0440)
                    .endSecret()
                    .build());
        }
        return volumes;
    }

    private static VolumeMount mount(String name, String path, boolean readOnly) {
        return new VolumeMountBuilder()
                .withName(name)
                .withMountPath(path)
                .withReadOnly(readOnly ? true : null)
                .build();
    }

    private static String aclDirectory() {
        return String.valueOf(Path.of(RedisDirectives.ACL_FILE).getParent());
    }
}
