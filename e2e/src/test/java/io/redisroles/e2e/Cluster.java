package io.redisroles.e2e;

import java.util.List;
import java.util.Map;

/** A running cluster with the operator installed, shared by all test classes; what it did not make it leaves alone. */
final class Cluster implements AutoCloseable {
    private final ClusterProvider provider;
    private final boolean started;
    private final Command kubectl;
    private final OperatorRelease operator;

    private Cluster(ClusterProvider provider, boolean started, Command kubectl, OperatorRelease operator) {
        this.provider = provider;
        this.started = started;
        this.kubectl = kubectl;
        this.operator = operator;
    }

    /** Starts or takes a cluster, loads what was built, and installs the operator with Helm as a user would. */
    static Cluster start() {
        ClusterProvider provider = ClusterProvider.find().orElseThrow();
        boolean started = provider.up();
        try {
            Map<String, String> environment =
                    Map.of("KUBECONFIG", provider.kubeconfig().toString());
            Settings.images().forEach(provider::load);
            Command kubectl = new Command(List.of(Settings.kubectl()), environment);
            Command helm = new Command(List.of(Settings.helm()), environment);
            OperatorRelease operator = new OperatorRelease(kubectl, helm);
            operator.claim();
            operator.install();
            return new Cluster(provider, started, kubectl, operator);
        } catch (RuntimeException | Error e) {
            if (started) {
                provider.down();
            }
            throw e;
        }
    }

    Command kubectl() {
        return kubectl;
    }

    OperatorRelease operator() {
        return operator;
    }

    /** A namespace that nobody has; its name begins with {@code e2e-}. */
    TestNamespace newNamespace() {
        return TestNamespace.create(kubectl);
    }

    @Override
    public void close() {
        if (started) {
            provider.down();
        } else {
            operator.remove();
        }
    }
}
