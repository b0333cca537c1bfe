package io.redisroles.e2e;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The chart's release on a cluster, and what the operator's pods say. */
final class OperatorRelease {
    static final String NAMESPACE = "redis-roles";

    private static final String NAME = "redis-roles";
    private static final String CHART =
            Settings.ROOT.resolve("helm/redis-roles").toString();
    private static final String MADE_HERE = "redisroles.io/e2e";
    private static final String[] CRDS = {"redisroles.redisroles.io", "accesspolicies.redisroles.io"};

    private final Command kubectl;
    private final Command helm;

    OperatorRelease(Command kubectl, Command helm) {
        this.kubectl = kubectl.with("-n", NAMESPACE);
        this.helm = helm.with("-n", NAMESPACE);
    }

    /** Makes the release's namespace; fails on a cluster where somebody else's Redis Roles are, and changes nothing there. */
    void claim() {
        boolean ours = !kubectl.run(
                        "get",
                        "namespace",
                        "-l",
                        MADE_HERE,
                        "-o",
                        "name",
                        "--field-selector",
                        "metadata.name=" + NAMESPACE)
                .isEmpty();
        if (ours) {
            remove();
        }
        List<String> wanted = new ArrayList<>(List.of("get", "crd", "--ignore-not-found", "-o", "name"));
        wanted.addAll(List.of(CRDS));
        String crds = kubectl.run(wanted.toArray(String[]::new));
        if (!crds.isEmpty()) {
            throw new AssertionError("this cluster has Redis Roles already (" + crds.replace('\n', ' ')
                    + "): take one without, or uninstall it first");
        }
        kubectl.run("create", "namespace", NAMESPACE);
        kubectl.run(
                "label", "namespace", NAMESPACE, MADE_HERE + "=made", "pod-security.kubernetes.io/enforce=restricted");
    }

    /** Installs or upgrades it, with more values as {@code key=value}, and returns when all pods are ready. */
    void install(String... values) {
        install(List.of(), values);
    }

    /** The same where CRDs are there that no release owns. */
    void installAndTakeOver() {
        install(List.of("--take-ownership"));
    }

    private void install(List<String> options, String... values) {
        List<String> line =
                new ArrayList<>(List.of("upgrade", "--install", NAME, CHART, "--wait", "--timeout", "180s"));
        line.addAll(options);
        Settings.redisImage().ifPresent(image -> line.addAll(List.of("--set", "redis.image=" + image)));
        for (String value : values) {
            line.addAll(List.of("--set", value));
        }
        helm.run(line.toArray(String[]::new));
        kubectl.run("rollout", "status", "deployment/redis-roles-operator", "--timeout=180s");
    }

    void uninstall() {
        helm.run("uninstall", NAME, "--wait", "--timeout", "120s");
    }

    /** Installs it as those do who let Helm only render; {@link #uninstall} comes before. */
    void applyRendered() {
        kubectl.runWith(rendered(), "apply", "--server-side", "--field-manager=helm", "-f", "-");
        kubectl.run("rollout", "status", "deployment/redis-roles-operator", "--timeout=180s");
    }

    /** Deletes what {@link #applyRendered} made, but for the CRDs, as Helm does. */
    void deleteRendered() {
        kubectl.runWith(rendered("--set", "crds.install=false"), "delete", "--ignore-not-found", "-f", "-");
    }

    private String rendered(String... more) {
        List<String> line = new ArrayList<>(List.of("template", NAME, CHART, "--no-hooks"));
        Settings.redisImage().ifPresent(image -> line.addAll(List.of("--set", "redis.image=" + image)));
        line.addAll(List.of(more));
        return helm.run(line.toArray(String[]::new));
    }

    /** What {@code helm test} says. */
    Command.Outcome test() {
        return helm.attempt("test", NAME, "--logs", "--timeout", "120s");
    }

    /** The pod that reconciles; empty while there is none. */
    Optional<String> leader() {
        return Optional.of(kubectl.run(
                        "get",
                        "lease",
                        "redis-roles-operator",
                        "--ignore-not-found",
                        "-o",
                        "jsonpath={.spec.holderIdentity}"))
                .filter(name -> !name.isEmpty());
    }

    /** Ends a pod as a lost node would: at once, and without a goodbye. */
    void kill(String pod) {
        kubectl.run("delete", "pod", pod, "--grace-period=0", "--force");
    }

    /** Runs so many of its pods, and returns when they are ready, or gone. */
    void scale(int replicas) {
        kubectl.run("scale", "deployment/redis-roles-operator", "--replicas=" + replicas);
        kubectl.run("rollout", "status", "deployment/redis-roles-operator", "--timeout=180s");
        if (replicas == 0) {
            kubectl.run(
                    "wait",
                    "pod",
                    "-l",
                    "app.kubernetes.io/name=redis-roles-operator",
                    "--for=delete",
                    "--timeout=90s");
        }
    }

    String metrics(String pod) {
        return kubectl.run("get", "--raw", "/api/v1/namespaces/" + NAMESPACE + "/pods/" + pod + ":8080/proxy/metrics");
    }

    /** What all its pods have logged since. */
    String log(Instant since) {
        return kubectl.run(
                "logs",
                "-l",
                "app.kubernetes.io/name=redis-roles-operator",
                "--prefix",
                "--tail=-1",
                "--ignore-errors",
                "--since-time=" + since);
    }

    /** Removes the release, the CRDs and the namespace: all of them made by {@link #claim} and {@link #install}. */
    void remove() {
        helm.attempt("uninstall", NAME, "--wait");
        List<String> crds = new ArrayList<>(List.of("delete", "crd", "--ignore-not-found"));
        crds.addAll(List.of(CRDS));
        kubectl.attempt(crds.toArray(String[]::new));
        kubectl.attempt("delete", "namespace", NAMESPACE, "--ignore-not-found");
    }
}
