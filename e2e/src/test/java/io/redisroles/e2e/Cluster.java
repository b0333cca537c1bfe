package io.redisroles.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A cluster with the operator installed, for the length of a test class. */
final class Cluster implements AutoCloseable {
    private static final Path ROOT = Path.of(System.getProperty("repository.root"));
    private static final Map<String, String> ENVIRONMENT = System.getenv();

    private final Optional<Command> provider;
    private final boolean started;
    private final Command kubectl;
    private final Optional<String> redisImage;

    private Cluster(Optional<Command> provider, boolean started, Command kubectl, Optional<String> redisImage) {
        this.provider = provider;
        this.started = started;
        this.kubectl = kubectl;
        this.redisImage = redisImage;
    }

    /** Why there can be none here; empty if there can. */
    static Optional<String> obstacle() {
        if (!ENVIRONMENT.containsKey("E2E_CLUSTER") && !ENVIRONMENT.containsKey("KUBECONFIG")) {
            return Optional.of("neither E2E_CLUSTER nor KUBECONFIG is set: tests on a cluster are skipped");
        }
        if (ENVIRONMENT.containsKey("E2E_CLUSTER") && !Files.exists(operatorImage())) {
            return Optional.of(operatorImage() + " is not there (build with -Pimage): tests on a cluster are skipped");
        }
        return Optional.empty();
    }

    static Cluster start() {
        String script = ENVIRONMENT.getOrDefault("E2E_CLUSTER", "");
        if (script.isEmpty()) {
            return installed(new Cluster(Optional.empty(), false, kubectl(Map.of()), setting("E2E_REDIS_IMAGE")));
        }
        Command provider = new Command(List.of(script), Map.of());
        boolean wasUp = provider.run("up").contains("already up");
        Path kubeconfig = Path.of(provider.run("kubeconfig"));
        provider.run("load", besideKubeconfig(kubeconfig).toString());
        return installed(new Cluster(
                Optional.of(provider),
                !wasUp,
                kubectl(Map.of("KUBECONFIG", kubeconfig.toString())),
                Optional.of(ENVIRONMENT.getOrDefault("E2E_REDIS_IMAGE", "lab.local/redis:7"))));
    }

    Command kubectl() {
        return kubectl;
    }

    /** A file or folder of the repository. */
    static String path(String relative) {
        return ROOT.resolve(relative).toString();
    }

    /** An image with redis-cli and a shell. */
    String redisImage() {
        return redisImage.orElse("docker.io/library/redis:7.2.7");
    }

    @Override
    public void close() {
        if (started) {
            provider.ifPresent(cluster -> cluster.run("down"));
        } else {
            kubectl.attempt("delete", "namespace", "caas", "redis-roles", "--ignore-not-found");
            kubectl.attempt("delete", "-f", path("crds/manifests"), "-f", path("deploy"), "--ignore-not-found");
        }
    }

    private static Cluster installed(Cluster cluster) {
        Command kubectl = cluster.kubectl;
        kubectl.run("apply", "--server-side", "-f", path("crds/manifests"), "-f", path("deploy"));
        cluster.redisImage.ifPresent(image -> kubectl.run(
                "-n", "redis-roles", "set", "env", "deploy/redis-roles-operator", "DEFAULT_REDIS_IMAGE=" + image));
        kubectl.run("-n", "redis-roles", "rollout", "status", "deploy/redis-roles-operator", "--timeout=120s");
        return cluster;
    }

    private static Command kubectl(Map<String, String> environment) {
        return new Command(List.of(ENVIRONMENT.getOrDefault("E2E_KUBECTL", "kubectl")), environment);
    }

    private static Path operatorImage() {
        return setting("E2E_OPERATOR_IMAGE_TAR")
                .map(Path::of)
                .orElse(ROOT.resolve("operator/target/operator-image.tar"));
    }

    private static Optional<String> setting(String name) {
        return Optional.ofNullable(ENVIRONMENT.get(name));
    }

    /** A node in a mount namespace of its own does not see every folder; it does see its own state. */
    private static Path besideKubeconfig(Path kubeconfig) {
        try {
            return Files.copy(
                    operatorImage(),
                    kubeconfig.resolveSibling("operator-image.tar"),
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
