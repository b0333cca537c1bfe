package io.redisroles.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** A namespace of a test's own, and what a test does there. */
final class TestNamespace implements AutoCloseable {
    private static final Pattern SESSION = Pattern.compile("\"session_id\":\"([^\"]+)\"");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```\\n(.*?)^```$");
    private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.1 ([0-9]{3})");

    private final Command cluster;
    private final String name;

    private TestNamespace(Command cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    static TestNamespace create(Command kubectl) {
        String name = kubectl.runWith(
                "{apiVersion: v1, kind: Namespace, metadata: {generateName: e2e-}}",
                "create",
                "-o",
                "jsonpath={.metadata.name}",
                "-f",
                "-");
        return new TestNamespace(kubectl, name);
    }

    String name() {
        return name;
    }

    String kubectl(String... arguments) {
        return cluster.with("-n", name).run(arguments);
    }

    Command.Outcome attempt(String... arguments) {
        return cluster.with("-n", name).attempt(arguments);
    }

    void apply(String yaml) {
        var unused = applied(yaml);
    }

    /** What kubectl prints when {@code yaml} is applied, warnings among it. */
    String applied(String yaml) {
        return cluster.with("-n", name).runWith(yaml, "apply", "-f", "-");
    }

    Command.Outcome attemptToApply(String yaml) {
        return cluster.with("-n", name).attemptWith(yaml, "apply", "-f", "-");
    }

    /** Follows a page of {@code docs}: types what stands below {@code heading} between fences, and returns what was printed. */
    String follow(String page, String heading) {
        String section = section(page, heading);
        Matcher fenced = FENCED.matcher(section);
        StringBuilder script = new StringBuilder("set -euo pipefail\nkubectl() { ")
                .append(cluster.program().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" ")))
                .append(" -n '")
                .append(name)
                .append("' \"$@\"; }\n");
        while (fenced.find()) {
            script.append(fenced.group(1));
        }
        return new Command(List.of("bash"), cluster.environment()).runWith(script.toString());
    }

    private static String section(String page, String heading) {
        try {
            String text = Files.readString(Settings.ROOT.resolve("docs").resolve(page));
            int begin = text.indexOf("\n" + heading + "\n");
            if (begin < 0) {
                throw new AssertionError("docs/" + page + ": no \"" + heading + "\"");
            }
            int end = text.indexOf("\n## ", begin + heading.length());
            return text.substring(begin, end < 0 ? text.length() : end);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Labels this namespace. */
    void label(String... labels) {
        List<String> line = new ArrayList<>(List.of("label", "namespace", name, "--overwrite"));
        line.addAll(List.of(labels));
        cluster.run(line.toArray(String[]::new));
    }

    /** Applies the files of a sample here, whatever namespace they name; its own Namespace is this one. */
    void applySample(String sample) {
        applySample(sample, manifests -> manifests);
    }

    /** The sample for chats, whose pods wait as long as they may before they end: one node that starts six JVMs hears late of it. */
    void applyChatsThatEndSlowly() {
        String labels = "      labels: {app: gateway}\n";
        applySample("caas", manifests -> {
            assertThat(manifests).containsOnlyOnce(labels);
            return manifests.replace(labels, labels + "      annotations: {redisroles.io/drain-seconds: \"15\"}\n");
        });
    }

    private void applySample(String sample, UnaryOperator<String> edit) {
        try (Stream<Path> files = Files.list(Settings.ROOT.resolve("samples").resolve(sample))) {
            apply(edit.apply(files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("namespace.yaml"))
                    .sorted()
                    .map(this::readFor)
                    .collect(Collectors.joining("\n---\n"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Applies one file of the samples here, whatever namespace it names. */
    void applySampleFile(String file) {
        apply(readFor(Settings.ROOT.resolve("samples").resolve(file)));
    }

    /** Returns when all roles are Ready; fails after two minutes. */
    void waitUntilReady() {
        kubectl("wait", "redisroles", "--all", "--for=condition=Ready", "--timeout=120s");
    }

    /** What Redis answers to the operator's user, line by line. */
    List<String> asOperator(String role, String... command) {
        String password = secret("redis-" + role + "-credentials", "_operator\\.password");
        return redis(role, "_operator", password, command).lines().toList();
    }

    /** What Redis answers to a consumer with its bound password. */
    String asConsumer(String role, String consumer, String... command) {
        return redis(role, consumer, secret("redis-" + role + "." + consumer, "password"), command);
    }

    String redis(String role, String user, String password, String... command) {
        List<String> line = new ArrayList<>(List.of(
                "exec",
                "redis-" + role + "-0",
                "--",
                "redis-cli",
                "--no-auth-warning",
                "--user",
                user,
                "--pass",
                password));
        line.addAll(List.of(command));
        return kubectl(line.toArray(String[]::new));
    }

    /** What a pod with {@code label} prints that pings a Redis by its URL. */
    String ping(String pod, String label, String url) {
        kubectl(
                "run",
                pod,
                "--labels=" + label,
                "--image=" + Settings.redisImage().orElse("docker.io/library/redis:7.2.7"),
                "--restart=Never",
                "--image-pull-policy=IfNotPresent",
                "--command",
                "--",
                "sh",
                "-c",
                "timeout 5 redis-cli --no-auth-warning -u " + url + " PING; true");
        kubectl("wait", "pod/" + pod, "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
        String output = kubectl("logs", pod);
        kubectl("delete", "pod", pod, "--wait=false");
        return output;
    }

    /** A pod with a shell, wget and nc that stays; what it runs is {@link #inShell}. */
    void startClient() {
        kubectl(
                "run",
                "client",
                "--image=" + Settings.clientImage(),
                "--restart=Never",
                "--image-pull-policy=IfNotPresent",
                "--command",
                "--",
                "sleep",
                "3600");
        kubectl("wait", "pod/client", "--for=condition=Ready", "--timeout=60s");
    }

    /** What a server answers to the client's pod, head and body; empty if nobody answers. */
    String get(String host, int port, String path, String... fields) {
        String request = "GET " + path + " HTTP/1.1\\r\\nHost: " + host + "\\r\\nConnection: close\\r\\n"
                + String.join(
                        "",
                        List.of(fields).stream().map(field -> field + "\\r\\n").toList())
                + "\\r\\n";
        return inShell("printf '" + request + "' | timeout 10 nc " + host + " " + port + "; true");
    }

    /** The status code of {@link #get}; 0 if nobody answers. */
    int status(String host, int port, String path, String... fields) {
        Matcher status = STATUS.matcher(get(host, port, path, fields));
        return status.find() ? Integer.parseInt(status.group(1)) : 0;
    }

    /** What a script prints in the client's pod. */
    String inShell(String script) {
        return kubectl("exec", "client", "--", "sh", "-c", script);
    }

    /** The id of a new session of the sample's app, asked of it by the client's pod. */
    String login(String user) {
        String answer = inShell("wget -q -O- --header 'Content-Type: application/json' --post-data '{\"user\":\"" + user
                + "\"}' http://gateway/auth/login");
        Matcher session = SESSION.matcher(answer);
        if (!session.find()) {
            throw new AssertionError("no session in the answer: " + answer);
        }
        return session.group(1);
    }

    /** A pod's port, here. */
    PortForward forward(String pod, int port) {
        return PortForward.open(cluster.with("-n", name), pod, port);
    }

    String uid(String pod) {
        return kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid}");
    }

    /** Each pod's uid with the restarts of its containers: equal exactly if nothing was restarted. */
    String incarnations() {
        return incarnations("");
    }

    /** The same of the roles' pods alone: an app's pod that started before its policy is made anew at any time. */
    String redisIncarnations() {
        return incarnations("app.kubernetes.io/managed-by=redis-roles");
    }

    private String incarnations(String selector) {
        return kubectl(
                "get",
                "pods",
                "-l",
                selector,
                "-o",
                "jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.status.containerStatuses[*].restartCount}{\"\\n\"}{end}");
    }

    /** A condition of a role, as {@code status/reason}. */
    String condition(String role, String type) {
        String path = ".status.conditions[?(@.type==\"" + type + "\")]";
        return kubectl("get", "redisrole", role, "-o", "jsonpath={" + path + ".status}/{" + path + ".reason}");
    }

    String secret(String secret, String key) {
        String data = kubectl("get", "secret", secret, "-o", "jsonpath={.data." + key + "}");
        return new String(Base64.getDecoder().decode(data), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        cluster.attempt("delete", "namespace", name, "--ignore-not-found", "--wait=false");
    }

    /** A file, with this namespace where its objects name theirs. */
    private String readFor(Path file) {
        try {
            return Files.readString(file)
                    .replaceAll("(?m)^(  |metadata: \\{.*\\b)namespace: [-a-z0-9]+", "$1namespace: " + name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
