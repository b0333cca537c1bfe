package io.redisroles.operator.shard;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The namespaces that this operator looks after now: those that it is told to, unless an older release in the cluster looks
 * after them. Of namespaces that are chosen by label the API server says which match, and when that changes; nothing else is
 * watched. Safe for all threads.
 */
public final class Shard implements AutoCloseable {
    /** Between two looks at the other releases. */
    public static final Duration LOOK = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(Shard.class);
    /**
     * An older release that is told to look after less goes on until its new pods are there: so many looks pass before that
     * counts.
     */
    private static final int LOOKS = 6;

    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "other-releases");
        thread.setDaemon(true);
        return thread;
    });
    private final KubernetesClient client;
    private final NamespaceChoice choice;
    private final OtherReleases others;
    private final Duration pause;
    private final Consumer<String> changed;
    /** Namespaces that match since a moment ago. */
    private final Set<String> arrived = ConcurrentHashMap.newKeySet();
    /** Of namespaces that are chosen by label, those of which it is known whether others look after them. */
    private final Set<String> known = ConcurrentHashMap.newKeySet();
    /** What was seen at the last looks; the monitor of this guards it. */
    private final Deque<List<OtherReleases.Claim>> looks = new ArrayDeque<>();

    private volatile Map<String, String> taken = Map.of();
    private volatile boolean alone;
    private volatile Optional<SharedIndexInformer<Namespace>> labelled = Optional.empty();

    /**
     * Knows nothing before {@link #start}.
     *
     * @param client to read namespaces and webhook configurations with; not closed with it
     * @param ownNamespace of this operator
     * @param changed is told the name of each namespace that is looked after from now on, or no longer
     * @param pause between two looks at the other releases
     */
    public Shard(
            KubernetesClient client,
            NamespaceChoice choice,
            String ownNamespace,
            Consumer<String> changed,
            Duration pause) {
        this.client = client;
        this.choice = choice;
        this.others = new OtherReleases(client, ownNamespace);
        this.pause = pause;
        this.changed = changed;
    }

    /** Returns when it knows. Where nobody else's namespaces may be listed, there is nobody else. */
    public void start() {
        try {
            accept(others.older(), true);
            ScheduledFuture<?> unused = looking.scheduleWithFixedDelay(
                    () -> look(true), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_FORBIDDEN) {
                throw e;
            }
            alone = true;
            log.atInfo().log("may not see other releases: namespaces that two look after are not noticed");
        }
        labelled = choice.selector()
                .map(selector -> client.namespaces().withLabelSelector(selector).inform(new Moves()));
        labelled.ifPresent(cache -> {
            cache.getStore()
                    .list()
                    .forEach(namespace -> arrived.add(namespace.getMetadata().getName()));
            welcome();
        });
    }

    /** Whether this operator reconciles what is in {@code namespace}. */
    public boolean looksAfter(String namespace) {
        return isChosen(namespace) && !taken.containsKey(namespace);
    }

    /** Whether this operator is told to look after {@code namespace}, even if another does. */
    public boolean isChosen(String namespace) {
        return choice.selector().isPresent()
                ? known.contains(namespace) && matches(namespace)
                : choice.names().isEmpty() || choice.names().contains(namespace);
    }

    private boolean matches(String namespace) {
        return labelled.filter(cache -> cache.getStore().getByKey(namespace) != null)
                .isPresent();
    }

    /** The namespace of the operator that has been looking after {@code namespace} for longer; empty if there is none. */
    public Optional<String> elder(String namespace) {
        return Optional.ofNullable(taken.get(namespace));
    }

    /** Whether it hears of changes. */
    public boolean isHealthy() {
        return labelled.map(SharedIndexInformer::isRunning).orElse(true);
    }

    @Override
    public void close() {
        looking.shutdownNow();
        labelled.ifPresent(SharedIndexInformer::stop);
    }

    /** Takes up all that have arrived. An older release may have had them a moment ago, so it is looked once more before. */
    private synchronized void welcome() {
        Set<String> names = Set.copyOf(arrived);
        arrived.removeAll(names);
        if (known.containsAll(names)) {
            return;
        }
        if (!alone) {
            look(false);
        }
        names.stream().filter(known::add).forEach(changed);
    }

    /**
     * @param later whether it is a round later than the last look, or that look taken again
     */
    private void look(boolean later) {
        try {
            accept(others.older(), later);
        } catch (RuntimeException e) {
            if (looking.isShutdown()) {
                return;
            }
            log.atWarn().setCause(e).log("could not look which namespaces other releases look after; trying again");
        }
    }

    private synchronized void accept(List<OtherReleases.Claim> seen, boolean later) {
        if (!later) {
            looks.pollLast();
        }
        looks.addLast(seen);
        if (looks.size() > LOOKS) {
            looks.removeFirst();
        }
        Map<String, String> before = taken;
        Map<String, String> now = new TreeMap<>();
        looks.stream()
                .flatMap(List::stream)
                .filter(claim -> seen.contains(claim) || seen.stream().noneMatch(claim::isAsAnnouncedIn))
                .forEach(
                        claim -> claim.namespaces().forEach(namespace -> now.putIfAbsent(namespace, claim.operator())));
        taken = Map.copyOf(now);
        TreeSet<String> different = new TreeSet<>(before.keySet());
        different.addAll(now.keySet());
        different.removeIf(
                namespace -> before.containsKey(namespace) == now.containsKey(namespace) || !isChosen(namespace));
        different.forEach(namespace -> {
            log.atWarn()
                    .addKeyValue("namespace", namespace)
                    .addKeyValue("operator", now.getOrDefault(namespace, ""))
                    .log(
                            now.containsKey(namespace)
                                    ? "an older release looks after this namespace too: leaving it alone"
                                    : "no other release looks after this namespace any more: taking it up");
            changed.accept(namespace);
        });
    }

    private final class Moves implements ResourceEventHandler<Namespace> {
        @Override
        public void onAdd(Namespace namespace) {
            arrived.add(namespace.getMetadata().getName());
            looking.execute(Shard.this::welcome);
        }

        @Override
        public void onUpdate(Namespace before, Namespace now) {
            // Its labels still match.
        }

        @Override
        public void onDelete(Namespace namespace, boolean unknown) {
            String name = namespace.getMetadata().getName();
            known.remove(name);
            log.atInfo().addKeyValue("namespace", name).log("looking after this namespace no longer");
            changed.accept(name);
        }
    }
}
