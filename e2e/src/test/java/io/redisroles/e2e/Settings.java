package io.redisroles.e2e;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What the environment says of the cluster and the programs; see README.md. */
final class Settings {
    static final Path ROOT = Path.of(System.getProperty("repository.root"));

    private static final List<String> IMAGES = List.of(
            "operator/target/operator-image.tar",
            "sidecar-proxy/target/sidecar-image.tar",
            "sidecar-proxy/target/redirect-image.tar",
            "samples/app/target/sample-app-image.tar");

    private Settings() {}

    /** Why there can be no test on a cluster here; empty if there can. */
    static Optional<String> obstacle() {
        if (ClusterProvider.find().isEmpty()) {
            return Optional.of("neither E2E_CLUSTER nor KUBECONFIG is set, and there is no kind with Docker:"
                    + " tests on a cluster are skipped");
        }
        if (!ClusterProvider.find().orElseThrow().hasItsOwnImages() && !Files.exists(operatorImage())) {
            return Optional.of(operatorImage() + " is not there (build with -Pimage): tests on a cluster are skipped");
        }
        return Stream.of(kubectl(), helm())
                .filter(program -> !isThere(program))
                .map(program -> program + " is not on the PATH (set E2E_KUBECTL, E2E_HELM):"
                        + " tests on a cluster are skipped")
                .findFirst();
    }

    static String kubectl() {
        return get("E2E_KUBECTL").orElse("kubectl");
    }

    static String helm() {
        return get("E2E_HELM").orElse("helm");
    }

    /** What roles run; the chart's default if empty. */
    static Optional<String> redisImage() {
        return get("E2E_REDIS_IMAGE").or(() -> get("E2E_CLUSTER").map(script -> "lab.local/redis:7"));
    }

    /** An image with a shell and wget, for clients. */
    static String clientImage() {
        return get("E2E_CLIENT_IMAGE")
                .orElse(get("E2E_CLUSTER").isPresent() ? "lab.local/busybox:1" : "docker.io/library/busybox:1.37");
    }

    /** The image tars that were built; the operator's first. */
    static List<Path> images() {
        return Stream.concat(Stream.of(operatorImage()), IMAGES.stream().skip(1).map(ROOT::resolve))
                .filter(Files::exists)
                .toList();
    }

    static Optional<String> get(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }

    /** Whether a program can be started: a path, or a name on the PATH. */
    static boolean isThere(String program) {
        return program.contains("/")
                ? Files.isExecutable(Path.of(program))
                : Stream.of(get("PATH").orElse("").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static Path operatorImage() {
        return get("E2E_OPERATOR_IMAGE_TAR").map(Path::of).orElse(ROOT.resolve(IMAGES.get(0)));
    }
}
