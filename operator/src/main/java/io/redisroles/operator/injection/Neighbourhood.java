package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.redisroles.operator.plan.PodSelection;
import io.redisroles.operator.plan.PolicyTarget;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a pod's namespace says of it.
 *
 * @param policies the oldest first
 * @param services of the namespace
 */
public record Neighbourhood(List<PolicyTarget> policies, List<Service> services) {
    /** That of a namespace without policies. */
    public static final Neighbourhood NONE = new Neighbourhood(List.of(), List.of());

    public Neighbourhood {
        policies = policies.stream().sorted(PolicyTarget.OLDEST_FIRST).toList();
        services = List.copyOf(services);
    }

    /** The policies that select {@code pod}; the first wins. */
    List<PolicyTarget> policiesOf(Pod pod) {
        return policies.stream().filter(policy -> policy.selects(pod)).toList();
    }

    /** The ports of Services that select {@code pod}. */
    Stream<ServicePort> servicePortsOf(Pod pod) {
        return services.stream()
                .filter(service -> service.getSpec() != null
                        && service.getSpec().getSelector() != null
                        && !service.getSpec().getSelector().isEmpty()
                        && PodSelection.labels(pod)
                                .entrySet()
                                .containsAll(service.getSpec().getSelector().entrySet()))
                .flatMap(service -> service.getSpec().getPorts().stream());
    }
}
