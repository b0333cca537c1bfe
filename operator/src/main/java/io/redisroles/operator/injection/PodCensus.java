package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Pod;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.plan.PodSelection;
import io.redisroles.operator.plan.PolicyTarget;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * How the pods of a policy stand. Pure: the same pods give the same census.
 *
 * @param total pods with the policy's sidecar
 * @param current those of them whose sidecar can follow the newest configuration and was told of it
 * @param awaited pods that would get the sidecar, or a newer one, if they were made anew
 * @param without what is said of pods that have none, and would get none
 * @param overruled pods that this policy selects and an older one has
 * @param unready whether a pod with the sidecar is not ready yet
 * @param ports that the sidecars stand before
 */
public record PodCensus(
        int total,
        int current,
        List<Pod> awaited,
        List<String> without,
        List<String> overruled,
        boolean unready,
        List<Integer> ports) {
    public PodCensus {
        awaited = List.copyOf(awaited);
        without = List.copyOf(without);
        overruled = List.copyOf(overruled);
        ports = List.copyOf(ports);
    }

    /**
     * Counts.
     *
     * @param policy whose pods they are
     * @param config the digest of the newest configuration
     * @param injected every pod of the namespace that has a sidecar, of any policy
     * @param bare the pods that the policy selects and that have none
     */
    public static PodCensus of(
            PolicyTarget policy,
            String config,
            List<Pod> injected,
            List<Pod> bare,
            Neighbourhood neighbours,
            InjectionSettings settings) {
        List<Pod> own = injected.stream()
                .filter(pod -> isLive(pod)
                        && policy.name().equals(PodSelection.labels(pod).get(Labels.POLICY)))
                .toList();
        List<Pod> awaited = new ArrayList<>();
        List<String> without = new ArrayList<>();
        bare.stream().filter(PodCensus::isLive).forEach(pod -> {
            Injection decision = Injection.of(pod, neighbours, settings);
            if (decision instanceof Injection.Inject injecting
                    && injecting.policy().equals(policy.name())) {
                awaited.add(pod);
            } else if (decision instanceof Injection.Refuse refused
                    && refused.policy().equals(policy.name())) {
                without.add("pod " + pod.getMetadata().getName() + ": " + refused.message());
            }
        });
        own.stream().filter(pod -> isObsolete(pod, policy)).forEach(awaited::add);
        awaited.sort(
                Comparator.comparing(pod -> String.valueOf(pod.getMetadata().getCreationTimestamp())));
        NavigableSet<Integer> ports = new TreeSet<>();
        own.stream()
                .flatMap(pod -> Annotations.get(pod, Annotations.PORTS).stream())
                .flatMap(text -> Arrays.stream(text.split(",", -1)))
                .filter(port -> port.matches("\\d{1,5}"))
                .forEach(port -> ports.add(Integer.valueOf(port)));
        return new PodCensus(
                own.size(),
                (int) own.stream()
                        .filter(pod -> !isObsolete(pod, policy) && knows(pod, config))
                        .count(),
                awaited,
                without.stream().sorted().toList(),
                injected.stream()
                        .filter(pod -> isLive(pod) && policy.selects(pod))
                        .filter(pod ->
                                !policy.name().equals(PodSelection.labels(pod).get(Labels.POLICY)))
                        .map(pod -> pod.getMetadata().getName() + " (AccessPolicy "
                                + PodSelection.labels(pod).get(Labels.POLICY) + ")")
                        .sorted()
                        .toList(),
                own.stream().anyMatch(pod -> !isReady(pod)),
                List.copyOf(ports));
    }

    /** Whether the pod was told that this is the newest configuration. */
    public static boolean knows(Pod pod, String config) {
        return Annotations.get(pod, Annotations.CONFIG_HASH)
                .filter(config::equals)
                .isPresent();
    }

    /** Neither at its end nor on the way there. */
    public static boolean isLive(Pod pod) {
        String phase =
                pod.getStatus() == null ? "" : String.valueOf(pod.getStatus().getPhase());
        return !pod.isMarkedForDeletion() && !phase.equals("Succeeded") && !phase.equals("Failed");
    }

    /** What such a sidecar is started with cannot be changed; where the policy is not accepted, nobody knows yet. */
    private static boolean isObsolete(Pod pod, PolicyTarget policy) {
        return policy.obstacle().isEmpty()
                && Annotations.get(pod, Annotations.STATIC_HASH)
                        .filter(hash -> !hash.equals(InjectedPod.staticHash(policy)))
                        .isPresent();
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }
}
