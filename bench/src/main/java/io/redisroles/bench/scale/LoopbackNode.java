package io.redisroles.bench.scale;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.redisprocess.RedisBinary;
import io.redisroles.redisprocess.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plays StatefulSet controller and kubelet for all namespaces: every StatefulSet of the operator gets one pod, whose Redis is a
 * real redis-server at port 6379 of a loopback address of its own, with configuration and users as they are in the API. A pod
 * that is deleted stays away, so that a restart is seen.
 */
final class LoopbackNode implements AutoCloseable {
    private static final int STARTERS = 4;
    private static final int HOSTS = 250;
    /** Two benchmarks on one machine do not meet. */
    private static final int NETWORK = 100 + (int) (ProcessHandle.current().pid() % 100);

    private final KubernetesClient client;
    private final Path directory;
    private final Orphans orphans;
    private final RedisBinary binary;
    private final AtomicInteger addresses = new AtomicInteger();
    private final Map<RoleId, Running> running = new ConcurrentHashMap<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final ExecutorService starters = Executors.newFixedThreadPool(STARTERS);
    private final SharedIndexInformer<StatefulSet> sets;

    /**
     * A pod and its Redis.
     *
     * @param process the redis-server
     * @param address where it listens
     * @param podUid of the pod that was made
     * @param password of the operator's user
     */
    record Running(RedisProcess process, String address, String podUid, String password) {}

    LoopbackNode(KubernetesClient client, Path directory, Orphans orphans) {
        this.client = client;
        this.directory = directory;
        this.orphans = orphans;
        this.binary = RedisBinary.find(System.getenv().getOrDefault("PATH", ""), directory.resolve("bin"));
        this.sets = client.apps()
                .statefulSets()
                .inAnyNamespace()
                .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                .inform(new NewSets());
    }

    String redisVersion() {
        return binary.version();
    }

    Map<RoleId, Running> running() {
        return running;
    }

    /** What kept pods from starting. */
    List<String> failures() {
        return failures;
    }

    /** How many roles have another pod than the one that was made for them, or none. */
    long restarts() {
        Map<RoleId, String> now = new ConcurrentHashMap<>();
        client.pods().inAnyNamespace().withLabel(Labels.MANAGED_BY, Labels.OPERATOR).list().getItems().stream()
                .filter(pod -> !pod.isMarkedForDeletion())
                .forEach(pod -> now.put(
                        role(pod.getMetadata().getNamespace(), pod.getMetadata().getLabels()),
                        pod.getMetadata().getUid()));
        return running.entrySet().stream()
                .filter(entry -> !entry.getValue().podUid().equals(now.get(entry.getKey())))
                .count();
    }

    @Override
    public void close() {
        sets.close();
        starters.shutdownNow();
        // All at once: each takes a moment to write its append-only file out.
        running.values().parallelStream().forEach(pod -> pod.process().kill());
    }

    private static RoleId role(String namespace, Map<String, String> labels) {
        return new RoleId(namespace, labels.getOrDefault(Labels.ROLE_NAME, ""));
    }

    private final class NewSets implements ResourceEventHandler<StatefulSet> {
        @Override
        public void onAdd(StatefulSet set) {
            var unused = starters.submit(() -> {
                try {
                    serve(set);
                } catch (IOException | RuntimeException e) {
                    failures.add(set.getMetadata().getName() + ": " + e);
                }
            });
        }

        @Override
        public void onUpdate(StatefulSet before, StatefulSet now) {
            // A pod is made once.
        }

        @Override
        public void onDelete(StatefulSet set, boolean stateUnknown) {
            // Nothing is deleted here.
        }
    }

    private void serve(StatefulSet set) throws IOException {
        RoleId role = role(set.getMetadata().getNamespace(), set.getMetadata().getLabels());
        int number = addresses.getAndIncrement();
        String address = "127." + NETWORK + "." + number / HOSTS + "." + (1 + number % HOSTS);
        Pod pod = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(role.namespace())
                        .withName(role.pod())
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
        RedisProcess process = startRedis(role, address);
        running.put(role, new Running(process, address, pod.getMetadata().getUid(), password(role)));
        report(pod, address);
    }

    private void report(Pod pod, String address) {
        Pod ready = new PodBuilder()
                .withNewMetadata()
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .withPodIP(address)
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
        client.resource(ready)
                .subresource("status")
                .patch(new PatchContext.Builder()
                        .withPatchType(PatchType.SERVER_SIDE_APPLY)
                        .withFieldManager("loopback-node")
                        .withForce(true)
                        .build());
    }

    private RedisProcess startRedis(RoleId role, String address) throws IOException {
        Path home = Files.createDirectories(directory.resolve(role.namespace()).resolve(role.name()));
        ConfigMap config = client.configMaps()
                .inNamespace(role.namespace())
                .withName(role.base())
                .get();
        String text = Objects.requireNonNull(config.getData().get("redis.conf"));
        Path conf = Files.writeString(
                home.resolve("redis.conf"), text.replace(RedisDirectives.ACL_FILE, home + "/users.acl"));
        Files.writeString(home.resolve("users.acl"), secret(role, role.base() + "-acl", "users.acl"));
        RedisProcess process = RedisProcess.start(
                binary,
                List.of(conf.toString(), "--bind", address, "--dir", home.toString(), "--hz", "1"),
                home.resolve("redis.log"));
        orphans.add(process.pid());
        return process;
    }

    private String password(RoleId role) {
        return secret(role, role.base() + "-credentials", "_operator.password");
    }

    private String secret(RoleId role, String name, String key) {
        Secret secret =
                client.secrets().inNamespace(role.namespace()).withName(name).get();
        return Optional.ofNullable(secret)
                .map(found -> found.getData().get(key))
                .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8))
                .orElseThrow(() -> new UncheckedIOException(
                        new IOException("no " + key + " in the Secret " + role.namespace() + "/" + name)));
    }
}
