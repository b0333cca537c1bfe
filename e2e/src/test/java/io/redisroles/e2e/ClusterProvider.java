package io.redisroles.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a cluster comes from: four calls, and whether it has images of its own. */
sealed interface ClusterProvider {
    /** Starts one unless there is one; returns whether it was started, and is to be ended, by us. */
    boolean up();

    /** Ends what {@link #up} started. */
    void down();

    /** Gives an image tar to the nodes. */
    void load(Path tar);

    Path kubeconfig();

    /** Whether nodes pull images from somewhere, so that none must be built here. */
    default boolean hasItsOwnImages() {
        return false;
    }

    /** A script before a given cluster before kind; empty if there is none of them. */
    static Optional<ClusterProvider> find() {
        if (Settings.get("E2E_CLUSTER").isPresent()) {
            return Settings.get("E2E_CLUSTER").map(script -> new Script(new Command(List.of(script), Map.of())));
        }
        if (Settings.get("KUBECONFIG").isPresent()) {
            return Settings.get("KUBECONFIG").map(file -> new Given(Path.of(file)));
        }
        boolean kind = Settings.isThere("kind")
                && Settings.isThere("docker")
                && new Command(List.of("docker"), Map.of()).attempt("info").succeeded();
        return kind ? Optional.of(new Kind(new Command(List.of("kind"), Map.of()))) : Optional.empty();
    }

    /** A cluster that somebody else runs. */
    record Given(Path kubeconfig) implements ClusterProvider {
        @Override
        public boolean up() {
            return false;
        }

        @Override
        public void down() {}

        @Override
        public void load(Path tar) {}

        @Override
        public boolean hasItsOwnImages() {
            return true;
        }
    }

    /** A script with the calls {@code up}, {@code down}, {@code load TAR} and {@code kubeconfig}. */
    record Script(Command script) implements ClusterProvider {
        @Override
        public boolean up() {
            return !script.run("up").contains("already up");
        }

        @Override
        public void down() {
            script.run("down");
        }

        /** A node in a mount namespace of its own does not see every folder; it does see its own state. */
        @Override
        public void load(Path tar) {
            try {
                script.run(
                        "load",
                        Files.copy(
                                        tar,
                                        kubeconfig().resolveSibling(tar.getFileName()),
                                        StandardCopyOption.REPLACE_EXISTING)
                                .toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Path kubeconfig() {
            return Path.of(script.run("kubeconfig"));
        }
    }

    /** Kubernetes in Docker. */
    record Kind(Command kind) implements ClusterProvider {
        private static final String NAME = "redis-roles-e2e";

        @Override
        public boolean up() {
            boolean there = kind.run("get", "clusters").lines().anyMatch(NAME::equals);
            if (there) {
                kind.run(
                        "export",
                        "kubeconfig",
                        "--name",
                        NAME,
                        "--kubeconfig",
                        kubeconfig().toString());
            } else {
                kind.run(
                        "create",
                        "cluster",
                        "--name",
                        NAME,
                        "--kubeconfig",
                        kubeconfig().toString(),
                        "--wait",
                        "120s");
            }
            return !there;
        }

        @Override
        public void down() {
            kind.run(
                    "delete",
                    "cluster",
                    "--name",
                    NAME,
                    "--kubeconfig",
                    kubeconfig().toString());
        }

        @Override
        public void load(Path tar) {
            kind.run("load", "image-archive", tar.toString(), "--name", NAME);
        }

        @Override
        public Path kubeconfig() {
            return Settings.ROOT.resolve("e2e/target/kubeconfig");
        }
    }
}
