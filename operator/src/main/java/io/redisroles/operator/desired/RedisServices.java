package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.redisroles.operator.plan.RolePlan;

/** The Service that clients use, and the headless one that gives the pod its name. */
final class RedisServices {
    private RedisServices() {}

    static Service clients(RolePlan plan) {
        return new ServiceBuilder()
                .withMetadata(Metadata.owned(plan, plan.service().name()))
                .withNewSpec()
                .withSelector(Labels.selector(plan))
                .withPorts(port(plan.service().port()))
                .endSpec()
                .build();
    }

    static Service headless(RolePlan plan) {
        return new ServiceBuilder()
                .withMetadata(Metadata.owned(plan, plan.names().headlessService()))
                .withNewSpec()
                .withClusterIP("None")
                .withPublishNotReadyAddresses(true)
                .withSelector(Labels.selector(plan))
                .withPorts(port(RolePlan.CONTAINER_PORT))
                .endSpec()
                .build();
    }

    private static ServicePort port(int port) {
        return new ServicePortBuilder()
                .withName("redis")
                .withPort(port)
                .withProtocol("TCP")
                .withNewTargetPort("redis")
                .build();
    }
}
