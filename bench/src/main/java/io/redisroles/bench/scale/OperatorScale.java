package io.redisroles.bench.scale;

import io.redisroles.apiserver.RealApiServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Prints how the operator does with many roles, as one table. Needs {@code KUBEBUILDER_ASSETS}, the folder of etcd and
 * kube-apiserver. Arguments: the checkout's folder, then {@code name=value} (see {@link ScaleOptions}).
 */
public final class OperatorScale {
    private OperatorScale() {}

    public static void main(String[] arguments) throws IOException {
        String assets = System.getenv().getOrDefault("KUBEBUILDER_ASSETS", "");
        if (assets.isEmpty()) {
            System.err.println("operator scale: KUBEBUILDER_ASSETS is not set (expected: the folder of etcd and"
                    + " kube-apiserver)");
            System.exit(2);
        }
        try {
            ScaleOptions options = ScaleOptions.of(List.of(arguments));
            System.setProperty("repository.root", options.home().toString());
            System.out.println(measured(options, Path.of(assets)));
        } catch (IllegalArgumentException e) {
            System.err.println("operator scale: " + e.getMessage());
            System.exit(2);
        }
    }

    private static String measured(ScaleOptions options, Path assets) throws IOException {
        try (RealApiServer server = RealApiServer.start(assets);
                ScaleRun run = new ScaleRun(options, server, line -> System.err.println(line))) {
            return ScaleTable.of(options, run.measure());
        }
    }
}
