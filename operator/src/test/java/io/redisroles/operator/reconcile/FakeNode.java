package io.redisroles.operator.reconcile;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.redisroles.operator.desired.PodCommand;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.redisprocess.RedisBinary;
import io.redisroles.redisprocess.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Plays StatefulSet controller and kubelet for one namespace: makes the pod of a StatefulSet and runs its Redis, a real
 * redis-server with the configuration and users as they are in the API, at port 6379 of a loopback address of its own.
 */
final class FakeNode implements AutoCloseable {
    /** Root needs no namespace of users for one of mounts. */
    private static final String UNSHARE = "if [ $(id -u) = 0 ]; then u=-m; else u=-rm; fi; exec unshare $u";

    private static final AtomicInteger ADDRESSES = new AtomicInteger();
    /** Test JVMs on one machine do not meet. */
    private static final int NETWORK = (int) (ProcessHandle.current().pid() % 250);

    private final KubernetesClient client;
    private final String namespace;
    private final Path directory;
    private final RedisBinary binary;
    private final Map<String, Running> running = new HashMap<>();

    private record Running(RedisProcess process, String address) {}

    FakeNode(KubernetesClient client, String namespace, Path directory) {
        this.client = client;
        this.namespace = namespace;
        this.directory = directory;
        this.binary = RedisBinary.find(System.getenv().getOrDefault("PATH", ""), directory.resolve("bin"));
    }

    /** Whether a process here may have files of its own at the paths that a container has them. */
    static boolean canMount() {
        try {
            Process process = new ProcessBuilder("sh", "-c", UNSHARE + " true")
                    .redirectErrorStream(true)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Writes the role's certificate where its pod has it mounted, as the kubelet does some time after it changed. */
    void sync(String role) {
        Secret secret = client.secrets()
                .inNamespace(namespace)
                .withName("redis-" + role + "-tls")
                .get();
        try {
            Path mount = Files.createDirectories(directory.resolve(role).resolve("etc/redis/tls"));
            for (Map.Entry<String, String> file : secret.getData().entrySet()) {
                Files.write(mount.resolve(file.getKey()), Base64.getDecoder().decode(file.getValue()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the pod of the StatefulSet {@code redis-role}, without saying that it is ready. */
    Pod start(String role) {
        StatefulSet set = client.apps()
                .statefulSets()
                .inNamespace(namespace)
                .withName("redis-" + role)
                .get();
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("redis-" + role + "-0")
                        .withLabels(set.getSpec().getTemplate().getMetadata().getLabels())
                        .withAnnotations(
                                set.getSpec().getTemplate().getMetadata().getAnnotations())
                        .withOwnerReferences(new OwnerReferenceBuilder()
                                .withApiVersion("apps/v1")
                                .withKind("StatefulSet")
                                .withName(set.getMetadata().getName())
                                .withUid(set.getMetadata().getUid())
                                .withController(true)
                                .build())
                        .endMetadata()
                        .withSpec(set.getSpec().getTemplate().getSpec())
                        .build())
                .create();
        String address = "127.7." + NETWORK + "." + (10 + ADDRESSES.incrementAndGet() % 240);
        running.put(role, new Running(startRedis(role, address), address));
        report(role, false);
        return pod;
    }

    /** Says that the probes of the role's pod succeed, or no longer. */
    void report(String role, boolean ready) {
        Pod pod = client.pods()
                .inNamespace(namespace)
                .withName("redis-" + role + "-0")
                .get();
        Pod patch = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(pod.getMetadata().getName())
                .endMetadata()
                .withStatus(new PodStatusBuilder()
                        .withPhase("Running")
                        .withPodIP(address(role))
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus(ready ? "True" : "False")
                        .endCondition()
                        .build())
                .build();
        client.resource(patch)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("fake-node")
                        .withForce(true)
                        .build());
    }

    /** A pod of that role whose probes succeed. */
    Pod serve(String role) {
        Pod pod = start(role);
        report(role, true);
        return pod;
    }

    String address(String role) {
        Running known = running.get(role);
        if (known == null) {
            throw new IllegalArgumentException("no pod of role " + role);
        }
        return known.address;
    }

    /** The end of what the role's Redis has printed. */
    String log(String role) {
        Path log = directory.resolve(role).resolve("redis.log");
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The role's volume. */
    Path volume(String role) {
        return directory.resolve(role);
    }

    /** Waits for the end of a Redis that does not start, and says so as the kubelet does: with the end of its log. */
    void reportExit(String role) {
        Running known = Objects.requireNonNull(running.get(role), role);
        Awaitility.await("the end of Redis").until(() -> !known.process.isAlive());
        Pod patch = new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName("redis-" + role + "-0")
                .endMetadata()
                .withStatus(new PodStatusBuilder()
                        .withPhase("Running")
                        .withPodIP(known.address)
                        .addNewCondition()
                        .withType("Ready")
                        .withStatus("False")
                        .endCondition()
                        .addNewContainerStatus()
                        .withName("redis")
                        .withImage("redis:test")
                        .withImageID("")
                        .withReady(false)
                        .withRestartCount(1)
                        .withNewLastState()
                        .withNewTerminated()
                        .withExitCode(1)
                        .withReason("Error")
                        .withMessage(log(role))
                        .endTerminated()
                        .endLastState()
                        .endContainerStatus()
                        .build())
                .build();
        client.resource(patch)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("fake-node")
                        .withForce(true)
                        .build());
    }

    /** Ends the role's Redis but not its pod. */
    void crash(String role) {
        Running known = running.get(role);
        if (known != null) {
            known.process.kill();
        }
    }

    /** Starts the Redis of a pod again after a crash. */
    void revive(String role) {
        running.put(role, new Running(startRedis(role, address(role)), address(role)));
    }

    /** Ends the role's Redis, as when its pod is deleted. */
    void stop(String role) {
        Running known = running.remove(role);
        if (known != null) {
            known.process.close();
        }
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
    }

    private RedisProcess startRedis(String role, String address) {
        ConfigMap config = client.configMaps()
                .inNamespace(namespace)
                .withName("redis-" + role)
                .get();
        Secret acl = client.secrets()
                .inNamespace(namespace)
                .withName("redis-" + role + "-acl")
                .get();
        try {
            Path home = Files.createDirectories(directory.resolve(role));
            String text = Objects.requireNonNull(config.getData().get("redis.conf"));
            Path conf = Files.writeString(
                    home.resolve("redis.conf"), text.replace(RedisDirectives.ACL_FILE, home + "/users.acl"));
            Files.write(
                    home.resolve("users.acl"),
                    Base64.getDecoder().decode(acl.getData().get("users.acl")));
            Pod pod = client.pods()
                    .inNamespace(namespace)
                    .withName("redis-" + role + "-0")
                    .get();
            return PodCommand.start(
                    text.contains("tls-port") ? withMountedCertificate(role, home) : binary.path(),
                    binary,
                    pod.getSpec().getContainers().get(0).getCommand(),
                    home,
                    conf,
                    List.of("--bind", address, "--dir", home.toString()),
                    home.resolve("redis.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The binary in a namespace of mounts of its own, with its certificate below /etc. */
    private Path withMountedCertificate(String role, Path home) throws IOException {
        sync(role);
        Path script = Files.writeString(
                home.resolve("redis-server.sh"),
                "#!/bin/sh\n%s sh -c 'mount --bind \"$0\" /etc && exec \"$@\"' '%s' '%s' \"$@\"\n"
                        .formatted(UNSHARE, home.resolve("etc"), binary.path()));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return script;
    }
}
