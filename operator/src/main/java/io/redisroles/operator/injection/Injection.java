package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.redisroles.contract.ContractPaths;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.plan.PodSelection;
import io.redisroles.operator.plan.PolicyTarget;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is decided about one pod. */
public sealed interface Injection {
    /**
     * The pod gets the sidecar.
     *
     * @param policy whose
     * @param pod as it shall be
     * @param warnings what works but is unwise
     */
    record Inject(String policy, Pod pod, List<String> warnings) implements Injection {
        public Inject {
            warnings = List.copyOf(warnings);
        }
    }

    /** The pod is left alone, as somebody wished. */
    record Skip(String reason) implements Injection {
        /** No policy selects the pod. */
        public static final Skip UNSELECTED = new Skip("no AccessPolicy selects it");
    }

    /**
     * A policy selects the pod, and it cannot have the sidecar.
     *
     * @param policy which selects it
     * @param message the value, the place and the mend
     */
    record Refuse(String policy, String message) implements Injection {}

    /** Decides about a pod that is about to be, or about one that is there: would it be made like that again? */
    static Injection of(Pod pod, Neighbourhood neighbours, InjectionSettings settings) {
        Optional<String> left = reasonToLeave(pod);
        if (left.isPresent()) {
            return new Skip(left.get());
        }
        List<PolicyTarget> policies = neighbours.policiesOf(pod);
        if (policies.isEmpty()) {
            return Skip.UNSELECTED;
        }
        PolicyTarget policy = policies.get(0);
        try {
            if (isOptedOut(pod)) {
                return new Skip(Annotations.INJECT + " is false");
            }
            return inject(pod, policy, policies, neighbours, settings);
        } catch (IllegalArgumentException e) {
            return new Refuse(
                    policy.name(), "AccessPolicy " + policy.name() + " selects this pod, but " + e.getMessage());
        }
    }

    /** Whether {@code pod} has our sidecar. */
    static boolean isInjected(Pod pod) {
        return Annotations.get(pod, Annotations.INJECTED).isPresent()
                && Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
                        .map(Container::getName)
                        .anyMatch(ContractPaths.SIDECAR_CONTAINER::equals);
    }

    /** Whether {@code pod} is one of our Redis pods, before which no policy ever stands. */
    static boolean isOurRedis(Pod pod) {
        return Labels.OPERATOR.equals(PodSelection.labels(pod).get(Labels.MANAGED_BY));
    }

    private static Optional<String> reasonToLeave(Pod pod) {
        if (isOurRedis(pod)) {
            return Optional.of("it is a RedisRole's");
        }
        if (isInjected(pod)) {
            return Optional.of("it has the sidecar already");
        }
        if (Annotations.get(pod, "kubernetes.io/config.mirror").isPresent()) {
            return Optional.of("it mirrors a static pod, which only its node can change");
        }
        return Optional.empty();
    }

    private static boolean isOptedOut(Pod pod) {
        String wish = Annotations.get(pod, Annotations.INJECT).orElse("true");
        if (!wish.equals("true") && !wish.equals("false")) {
            throw new IllegalArgumentException(
                    "annotation " + Annotations.INJECT + ": \"" + wish + "\" (expected: \"true\" or \"false\")");
        }
        return wish.equals("false");
    }

    private static Injection inject(
            Pod pod,
            PolicyTarget policy,
            List<PolicyTarget> policies,
            Neighbourhood neighbours,
            InjectionSettings settings) {
        policy.obstacle().ifPresent(why -> {
            throw new IllegalArgumentException("its sidecar could not start: " + why);
        });
        PodChecks.require(pod, settings.cluster());
        InterceptedPorts ports = InterceptedPorts.of(pod, policy, neighbours);
        SidecarWishes wishes = SidecarWishes.of(pod, settings);
        List<String> warnings = new ArrayList<>();
        if (policies.size() > 1) {
            warnings.add(policies.stream()
                            .skip(1)
                            .map(PolicyTarget::name)
                            .collect(Collectors.joining(", ", "AccessPolicy ", " selects this pod too"))
                    + "; the older, "
                    + policy.name() + ", wins: select each pod by one policy");
        }
        InjectedPod injected = new InjectedPod(policy, ports, wishes, settings);
        Pod result = injected.of(pod, warnings);
        return new Inject(policy.name(), result, warnings);
    }
}
