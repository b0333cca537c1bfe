package io.redisroles.operator.leader;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.redisroles.operator.telemetry.OperatorMetrics;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to reconcile, which one process at a time has: the holder of the Lease {@value #NAME}. The others fill their caches
 * and wait.
 *
 * @param namespace of the Lease
 * @param identity of this process; no other process has it at the same time
 * @param timing how long the right lasts
 * @param lost is run when another process may have the right already; it must end this one
 */
public record Leadership(String namespace, String identity, Timing timing, Runnable lost) {
    /** The name of the Lease. */
    public static final String NAME = "redis-roles-operator";

    private static final Logger log = LoggerFactory.getLogger(Leadership.class);

    /**
     * How long the right lasts.
     *
     * @param lease others wait this long after the holder's last renewal
     * @param deadline the holder gives up after this long without a renewal; shorter than {@code lease}
     * @param retry between two tries to renew or to take over
     */
    public record Timing(Duration lease, Duration deadline, Duration retry) {
        /** As Kubernetes' own controllers have it. */
        public static final Timing STANDARD =
                new Timing(Duration.ofSeconds(15), Duration.ofSeconds(10), Duration.ofSeconds(2));
    }

    /**
     * For the operator framework. It does not end the process itself: it would do so from the thread that runs shutdown hooks,
     * which then never end.
     */
    public LeaderElectionConfiguration configuration(OperatorMetrics metrics) {
        return new LeaderElectionConfiguration(
                NAME,
                namespace,
                timing.lease,
                timing.deadline,
                timing.retry,
                identity,
                new LeaderCallbacks(() -> leads(metrics, true), () -> leads(metrics, false), this::follows),
                false);
    }

    /** Gives the right back, so that nobody waits for its end; only after the last reconcile. */
    public void release(KubernetesClient client) {
        try {
            Optional.ofNullable(client.leases()
                            .inNamespace(namespace)
                            .withName(NAME)
                            .get())
                    .filter(lease -> identity.equals(lease.getSpec().getHolderIdentity()))
                    .ifPresent(lease -> client.resource(withoutHolder(lease)).update());
        } catch (KubernetesClientException e) {
            log.atWarn().addKeyValue("reason", e.getMessage()).log("the lease is not released; it runs out by itself");
        }
    }

    private static Lease withoutHolder(Lease lease) {
        // Absent, not empty: the API server refuses an empty holder.
        return lease.edit()
                .editSpec()
                .withHolderIdentity(null)
                .withLeaseDurationSeconds(1)
                .endSpec()
                .build();
    }

    private void leads(OperatorMetrics metrics, boolean leading) {
        metrics.leads(leading);
        log.atInfo().addKeyValue("identity", identity).log(leading ? "leading" : "leading no longer");
        if (!leading) {
            lost.run();
        }
    }

    private void follows(String leader) {
        if (leader != null && !leader.equals(identity)) {
            log.atInfo().addKeyValue("leader", leader).log("another process leads");
        }
    }
}
