package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.redisroles.operator.injection.InjectionSettings.Capabilities;
import java.util.Optional;

/**
 * Lets the app go on for a few seconds after its pod was told to end. Nodes hear of that later than the app does, and still
 * send connections that nobody would take; so a rolling restart fails requests although every pod drains well.
 *
 * @param seconds of pause; 0 for none
 */
record DrainPause(long seconds) {
    private static final long USUAL_GRACE = 30;

    DrainPause(Pod pod, SidecarWishes wishes, Capabilities cluster) {
        this(cluster.sleepHook() ? Math.min(wishes.drainSeconds(), grace(pod) / 2) : 0);
    }

    /** {@code container} with the pause, unless it has a hook of its own. */
    Container of(Container container) {
        Optional<Lifecycle> lifecycle = Optional.ofNullable(container.getLifecycle());
        if (seconds == 0 || lifecycle.map(Lifecycle::getPreStop).isPresent()) {
            return container;
        }
        return new ContainerBuilder(container)
                .withLifecycle(lifecycle
                        .map(LifecycleBuilder::new)
                        .orElseGet(LifecycleBuilder::new)
                        .withNewPreStop()
                        .withNewSleep(seconds)
                        .endPreStop()
                        .build())
                .build();
    }

    /** The pause is part of the time that the pod has to end in: at least half of it is left to the app. */
    private static long grace(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getTerminationGracePeriodSeconds())
                .orElse(USUAL_GRACE);
    }
}
