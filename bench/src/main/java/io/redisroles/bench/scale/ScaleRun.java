package io.redisroles.bench.scale;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.redisroles.apiserver.RealApiServer;
import io.redisroles.operator.reading.LenientReading;
import io.redisroles.redisprocess.ScratchFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One run: a fleet of roles is made, the operator is started anew, and then watched, and asked for things. One thread. */
final class ScaleRun implements AutoCloseable {
    private static final Duration OFTEN = Duration.ofMillis(2);
    private static final Duration NOW_AND_THEN = Duration.ofMillis(250);
    private static final Duration SAMPLE = Duration.ofSeconds(2);
    private static final long MEBIBYTE = 1 << 20;
    private static final int EVENTS = 10;
    private static final int SMALL = 64;
    private static final int LARGE = 128;

    private final ScaleOptions options;
    private final Consumer<String> progress;
    private final RealApiServer server;
    private final KubernetesClient client;
    private final ScratchFolder folder;
    private final Orphans orphans;
    private final InstalledChart chart;
    private final LoopbackNode node;
    private final Fleet fleet;
    private OperatorProcess operator;

    ScaleRun(ScaleOptions options, RealApiServer server, Consumer<String> progress) throws IOException {
        this.options = options;
        this.progress = progress;
        this.server = server;
        server.applyCrds();
        this.client = new KubernetesClientBuilder()
                .withConfig(server.config())
                .withKubernetesSerialization(LenientReading.serialization())
                .build();
        this.folder = ScratchFolder.create("operator-scale-");
        this.orphans = Orphans.watch();
        this.chart = InstalledChart.install(options.home(), client);
        this.node = new LoopbackNode(client, folder.root(), orphans);
        this.fleet = new Fleet(client, options.roles(), options.namespaces());
        this.operator = start();
    }

    ScaleFigures measure() throws IOException {
        Duration created = create();
        progress.accept("all roles are Ready after " + created + "; starting the operator anew");
        try (RedisLinks links = new RedisLinks(node.running())) {
            operator.close();
            links.forgetCanaries();
            ApiRequests before = ApiRequests.now(client);
            operator = start();
            Duration resync = untilAllAsked(links);
            // One round more: whatever the first would have written is written by then.
            untilAllAskedAgain(links);
            Map<String, Long> resyncWrites =
                    ApiRequests.now(client).since(before).writes();
            progress.accept("resync after " + resync + "; steady for " + options.steady());
            ScaleFigures.Steady steady = steady();
            progress.accept("steady: " + steady);
            if (!steady.writes().isEmpty()) {
                told().forEach(progress);
            }
            List<Duration> inRedis = new ArrayList<>();
            List<Duration> inStatus = new ArrayList<>();
            for (int i = 0; i < options.changes(); i++) {
                change(fleet.roles().get(i * 7 % options.roles()), links, inRedis, inStatus);
            }
            progress.accept("changes made; deleting children");
            Times deleted = new Times(deletions());
            progress.accept("changing " + options.samples() + " redis-servers");
            Times drift = new Times(drifts(links));
            ScaleFigures.UnrelatedSecrets secrets = secrets(links);
            return new ScaleFigures(
                    node.running().size(),
                    created,
                    resync,
                    resyncWrites,
                    steady,
                    new Times(inRedis),
                    new Times(inStatus),
                    deleted,
                    drift,
                    secrets,
                    operator.peak(),
                    node.restarts());
        }
    }

    @Override
    public void close() throws IOException {
        operator.close();
        OperatorProcess.complaints(folder.root()).forEach(progress);
        fleet.close();
        node.close();
        orphans.close();
        client.close();
        folder.delete();
    }

    private OperatorProcess start() throws IOException {
        return OperatorProcess.start(options, chart, server.config(), folder.root(), orphans);
    }

    private Duration create() {
        long start = System.nanoTime();
        fleet.create();
        Patience.until(
                () -> fleet.describe() + "\nfailures of the node: " + node.failures(),
                NOW_AND_THEN,
                () -> requireAlive()
                        && node.failures().isEmpty()
                        && fleet.unsettled().isEmpty());
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private boolean requireAlive() {
        if (!operator.isAlive()) {
            throw new IllegalStateException("the operator has ended; see " + OperatorProcess.log(folder.root()));
        }
        return true;
    }

    private Duration untilAllAsked(RedisLinks links) {
        Set<RoleId> left = new HashSet<>(fleet.roles());
        Patience.until(() -> left.size() + " roles to be asked", NOW_AND_THEN, () -> {
            left.retainAll(links.withoutCanary(left));
            return requireAlive() && left.isEmpty();
        });
        return operator.age();
    }

    private void untilAllAskedAgain(RedisLinks links) {
        links.forgetCanaries();
        untilAllAsked(links);
    }

    private ScaleFigures.Steady steady() {
        ApiRequests before = ApiRequests.now(client);
        double cpu = operator.cpuSeconds();
        long start = System.nanoTime();
        double[] resident = {0};
        Patience.until(() -> "the end of steady state", SAMPLE, () -> {
            resident[0] = Math.max(resident[0], operator.resident());
            return System.nanoTime() - start >= options.steady().toNanos();
        });
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        return new ScaleFigures.Steady(
                time,
                ApiRequests.now(client).since(before).writes(),
                resident[0],
                (operator.cpuSeconds() - cpu) / (time.toMillis() / 1000.0));
    }

    /** The latest Events: why something was written that should not have been. */
    private List<String> told() {
        return client.v1().events().inAnyNamespace().list().getItems().stream()
                .filter(event -> event.getLastTimestamp() != null)
                .sorted(Comparator.comparing(Event::getLastTimestamp).reversed())
                .limit(EVENTS)
                .map(event -> event.getLastTimestamp() + " "
                        + event.getInvolvedObject().getName() + " " + event.getReason() + ": " + event.getMessage())
                .toList();
    }

    private void change(RoleId role, RedisLinks links, List<Duration> inRedis, List<Duration> inStatus) {
        int wish = links.maxMemory(role) == SMALL * MEBIBYTE ? LARGE : SMALL;
        long start = System.nanoTime();
        long generation = fleet.apply(role, wish);
        Patience.until(() -> role + " in Redis", OFTEN, () -> links.maxMemory(role) == wish * MEBIBYTE);
        inRedis.add(Duration.ofNanos(System.nanoTime() - start));
        Patience.until(() -> role + " in its status", OFTEN, () -> fleet.isApplied(role, generation));
        inStatus.add(Duration.ofNanos(System.nanoTime() - start));
    }

    private List<Duration> deletions() {
        return IntStream.range(0, options.samples())
                .mapToObj(i -> {
                    RoleId role = fleet.roles().get(i * 11 % options.roles());
                    return switch (i % 4) {
                        case 0 -> deletion(Service.class, role, role.base());
                        case 1 -> deletion(ConfigMap.class, role, role.base());
                        case 2 -> deletion(NetworkPolicy.class, role, role.base());
                        default -> deletion(Secret.class, role, role.base() + ".app");
                    };
                })
                .toList();
    }

    private <R extends HasMetadata> Duration deletion(Class<R> kind, RoleId role, String name) {
        R child = Objects.requireNonNull(find(kind, role, name), name);
        client.resource(child).delete();
        return Patience.until(() -> kind.getSimpleName() + " of " + role, OFTEN, () -> {
            R now = find(kind, role, name);
            return now != null
                    && !now.getMetadata().getUid().equals(child.getMetadata().getUid());
        });
    }

    private <R extends HasMetadata> @Nullable R find(Class<R> kind, RoleId role, String name) {
        return client.resources(kind)
                .inNamespace(role.namespace())
                .withName(name)
                .get();
    }

    private List<Duration> drifts(RedisLinks links) {
        Map<RoleId, Long> starts = new LinkedHashMap<>();
        Map<RoleId, Long> wished = new HashMap<>();
        for (RoleId role : fleet.roles().subList(0, options.samples())) {
            wished.put(role, links.maxMemory(role));
            links.setMaxMemory(role, MEBIBYTE);
            starts.put(role, System.nanoTime());
        }
        List<Duration> times = new ArrayList<>();
        Patience.until(() -> starts.keySet() + " to be mended", Duration.ofMillis(20), () -> {
            starts.entrySet().removeIf(entry -> {
                boolean mended = links.maxMemory(entry.getKey()) == wished.getOrDefault(entry.getKey(), 0L);
                if (mended) {
                    times.add(Duration.ofNanos(System.nanoTime() - entry.getValue()));
                }
                return mended;
            });
            return starts.isEmpty();
        });
        return times;
    }

    private ScaleFigures.UnrelatedSecrets secrets(RedisLinks links) {
        double heapBefore = operator.liveHeap();
        double residentBefore = operator.resident();
        progress.accept("making " + options.secrets() + " Secrets");
        List<String> namespaces = fleet.namespaces();
        String value = "x".repeat(1024);
        IntStream.range(0, options.secrets())
                .parallel()
                .forEach(i -> client.resource(new SecretBuilder()
                                .withNewMetadata()
                                .withNamespace(namespaces.get(i % namespaces.size()))
                                .withName("unrelated-" + i)
                                .endMetadata()
                                .withStringData(new TreeMap<>(Map.of("value", value)))
                                .build())
                        .create());
        untilAllAskedAgain(links);
        double residentAfter = operator.resident();
        return new ScaleFigures.UnrelatedSecrets(
                options.secrets(), residentBefore, residentAfter, heapBefore, operator.liveHeap());
    }
}
