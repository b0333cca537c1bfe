package io.redisroles.cli.local;

import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.cli.CliException;
import io.redisroles.cli.resources.ResourceFiles;
import io.redisroles.cli.resources.ResourceSet;
import io.redisroles.contract.Endpoint;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.StoreName;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RedisBinding;
import io.redisroles.operator.plan.PolicyPlan;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.RedisInspector;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.status.Transitions;
import io.redisroles.redisprocess.RedisBinary;
import io.redisroles.redisprocess.RedisUnavailableException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The whole system on one machine: a real Redis for each role, the real sidecar before an app, reconciled by the operator's own
 * plan, desired state and status. {@link #tick} drives it; {@link #close} ends every process and removes every file that was
 * not asked to be kept. Safe for several threads: one call at a time.
 */
public final class LocalInstance implements AutoCloseable {
    private final Settings settings;
    private final InstanceDirectory directory;
    private final Optional<KeptData> kept;
    private final RedisBinary binary;
    private final InstantSource clock;
    private final Listener listener;
    private final RedisInspector inspector = new RedisInspector();
    private final SecureRandom random = new SecureRandom();
    private final FileWatch watch;
    private final Published published;
    private final Leftovers leftovers;
    private final Map<String, LocalRole> roles = new LinkedHashMap<>();
    private Optional<LocalPolicy> policy = Optional.empty();
    private Optional<SampleApp> app = Optional.empty();
    private LocalPlans plans;
    private boolean closed;

    /**
     * What the user chose.
     *
     * @param resources a folder of YAML files
     * @param ports to serve on
     * @param data where to keep data and credentials; nothing is kept if empty
     * @param app the user's own app; the sample app if empty
     * @param redisServer a redis-server to run instead of the one found
     */
    public record Settings(
            Path resources, Ports ports, Optional<Path> data, Optional<Endpoint> app, Optional<Path> redisServer) {}

    /** Hears of what happens, on the thread that ticks. */
    public interface Listener {
        /** A condition changed. */
        void event(String object, Transitions.RoleEvent event);

        /** Something to tell that belongs to no resource. */
        void note(String message);
    }

    /**
     * Starts serving. Everything that can be checked is checked before anything is started.
     *
     * @throws CliException if it cannot be served as written; nothing runs and nothing is left then
     */
    public static LocalInstance start(Settings settings, InstantSource clock, Listener listener) {
        ResourceSet resources = new ResourceFiles().read(settings.resources());
        LocalPlans plans = LocalPlans.here(resources);
        plans.requireServable();
        if (!resources.forClusters().isEmpty()) {
            listener.note("for clusters, left alone here: " + String.join(", ", resources.forClusters()));
        }
        InstanceDirectory directory = InstanceDirectory.of(settings.ports());
        directory.requireUnclaimed();
        new Leftovers(directory).end();
        plans.requireFreePorts(settings.ports());
        settings.app().ifPresent(OwnApp::requireListening);
        Optional<KeptData> kept = settings.data().map(KeptData::in);
        directory.claim();
        try {
            LocalInstance instance =
                    new LocalInstance(settings, directory, kept, redis(settings, directory), clock, listener, plans);
            instance.reconcile();
            return instance;
        } catch (RuntimeException e) {
            directory.delete();
            throw e;
        }
    }

    private LocalInstance(
            Settings settings,
            InstanceDirectory directory,
            Optional<KeptData> kept,
            RedisBinary binary,
            InstantSource clock,
            Listener listener,
            LocalPlans plans) {
        this.settings = settings;
        this.directory = directory;
        this.kept = kept;
        this.binary = binary;
        this.clock = clock;
        this.listener = listener;
        this.plans = plans;
        this.watch = new FileWatch(settings.resources());
        this.published = new Published(directory);
        this.leftovers = new Leftovers(directory);
    }

    /** One round: follow the files, keep the processes, observe, work out every status. Takes at most some seconds. */
    public synchronized void tick() {
        if (closed) {
            return;
        }
        if (watch.changed()) {
            reload();
        }
        Instant now = clock.instant();
        roles.forEach((key, role) -> {
            List<Condition> before = role.status().conditions();
            role.tick(now);
            report(
                    "RedisRole/" + role.plan().names().role(),
                    before,
                    role.status().conditions());
        });
        app.ifPresent(sample -> sample.tick(now));
        policy.ifPresent(one -> {
            List<Condition> before = one.status().conditions();
            one.tick(now);
            report("AccessPolicy/" + one.name(), before, one.status().conditions());
        });
        published.write(roles.values(), policy);
        leftovers.remember(processes());
    }

    /** Whether every role is Ready and the sidecar, if there is a policy, serves. */
    public synchronized boolean isReady() {
        return roles.values().stream().allMatch(LocalRole::isReady)
                && policy.map(one -> SidecarProbe.isReady(settings.ports())).orElse(true);
    }

    /** What is not ready and why, a line each. */
    public synchronized List<String> notReady() {
        List<String> lines = new ArrayList<>();
        roles.values().stream()
                .filter(role -> !role.isReady())
                .forEach(role -> lines.add("not ready: RedisRole/"
                        + role.plan().names().role() + ": "
                        + Conditions.find(role.status().conditions(), ConditionType.READY)
                                .map(Condition::message)
                                .orElse("")));
        policy.filter(one -> !SidecarProbe.isReady(settings.ports()))
                .ifPresent(one -> lines.add("not ready: the sidecar; its log ends with: " + one.lastLogLine()));
        return lines;
    }

    /** The roles with their status. */
    public synchronized List<RoleView> roles() {
        return roles.values().stream().map(RoleView::of).toList();
    }

    /** One role with its status. */
    public synchronized RoleView role(String name) {
        return RoleView.of(find(name));
    }

    /** How an ACL user (a consumer, or the operator's own) logs in to a role here. */
    public synchronized RedisBinding login(String role, String user) {
        return find(role).binding(user);
    }

    /** Ends a role's Redis as a crash would. */
    public synchronized void kill(String role) {
        find(role).node().kill();
    }

    /** Where the app is served, through the sidecar; empty without a policy. */
    public synchronized Optional<Endpoint> served() {
        return policy.map(LocalPolicy::inbound);
    }

    /** Where requests may carry a credential; empty without a policy. */
    public synchronized Set<PolicySection.SessionSource.Kind> credentials() {
        return policy.flatMap(LocalPolicy::plan).stream()
                .flatMap(plan -> plan.config().policy().session().sources().stream())
                .map(PolicySection.SessionSource::kind)
                .collect(Collectors.toUnmodifiableSet());
    }

    public Ports ports() {
        return settings.ports();
    }

    /** What runs as Redis, for people. */
    public String redisDescription() {
        return "redis-server " + binary.version() + " at " + binary.path()
                + (binary.origin() == RedisBinary.Origin.EMBEDDED
                        ? " (embedded, for development only: install redis-server 7.0 or later to use your own)"
                        : "");
    }

    /** Also from another thread in the middle of everything; no tick starts anything again. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        policy.ifPresent(LocalPolicy::close);
        app.ifPresent(SampleApp::close);
        roles.values().parallelStream().forEach(LocalRole::close);
        inspector.close();
        directory.delete();
    }

    /** An edit that cannot be done changes nothing, as an API server would refuse it. */
    private void reload() {
        try {
            LocalPlans edited = LocalPlans.here(new ResourceFiles().read(settings.resources()));
            edited.requireEditOf(plans);
            plans = edited;
            reconcile();
            listener.note("files read again");
        } catch (CliException e) {
            listener.note("edit refused, nothing was changed: " + e.getMessage());
        }
    }

    private void reconcile() {
        List<String> gone = roles.keySet().stream()
                .filter(key -> !plans.roles().containsKey(key))
                .toList();
        gone.forEach(this::remove);
        plans.roles().forEach(this::reconcileRole);
        if (plans.policies().isEmpty()) {
            policy.ifPresent(LocalPolicy::close);
            policy = Optional.empty();
        }
        plans.policies().values().forEach(this::reconcilePolicy);
        bindApp();
    }

    private void reconcileRole(String key, LocalPlans.Planned<RedisRole, RolePlan> planned) {
        Optional<LocalRole> running = Optional.ofNullable(roles.get(key));
        Optional<RolePlan> plan = planned.result().plan();
        if (running.isPresent() && plan.isPresent() && moved(running.get(), plan.get())) {
            remove(key);
            running = Optional.empty();
        }
        if (running.isPresent()) {
            running.get().update(planned.source().resource(), planned.result());
        } else if (plan.isPresent()) {
            roles.put(key, role(key, planned, plan.get()));
        } else {
            listener.note(planned.describe("RedisRole", key));
        }
        kept.ifPresent(data -> Optional.ofNullable(roles.get(key))
                .ifPresent(role -> data.keep(folder(key), role.credentialsSecret())));
    }

    private boolean moved(LocalRole running, RolePlan plan) {
        return running.node().port() != settings.ports().of(plan.service().port());
    }

    private LocalRole role(String key, LocalPlans.Planned<RedisRole, RolePlan> planned, RolePlan plan) {
        String folder = folder(key);
        Path data = kept.map(KeptData::folder).orElse(directory.path("data")).resolve(folder);
        RedisNode node = new RedisNode(
                folder,
                directory,
                binary,
                data,
                settings.ports().of(plan.service().port()));
        return new LocalRole(
                planned.source().resource(),
                planned.result(),
                node,
                inspector,
                LocalPlans.SETTINGS,
                kept.flatMap(known -> known.credentials(folder)),
                () -> Password.random(random),
                clock.instant());
    }

    private void remove(String key) {
        Optional.ofNullable(roles.remove(key)).ifPresent(LocalRole::close);
    }

    private void reconcilePolicy(LocalPlans.Planned<AccessPolicy, PolicyPlan> planned) {
        AccessPolicy resource = planned.source().resource();
        if (policy.filter(one -> one.isOf(resource, settings.ports())).isPresent()) {
            policy.get().update(resource, planned.result(), plans.jwks(resource));
            return;
        }
        policy.ifPresent(LocalPolicy::close);
        if (settings.app().isEmpty() && app.isEmpty()) {
            app = Optional.of(new SampleApp(directory));
        }
        Endpoint upstream = settings.app().orElseGet(() -> app.orElseThrow().address());
        policy = Optional.of(new LocalPolicy(
                resource,
                planned.result(),
                plans.jwks(resource),
                directory,
                settings.ports(),
                upstream,
                plan -> find(plan.names().role()),
                clock.instant()));
    }

    /** The sample app logs users in, so it gets the binding of the first consumer that may write sessions. */
    private void bindApp() {
        if (app.isEmpty()) {
            return;
        }
        policy.flatMap(LocalPolicy::plan)
                .flatMap(plan -> Optional.ofNullable(plan.roles().get(StoreName.SESSIONS)))
                .flatMap(role -> role.consumers().stream()
                        .findFirst()
                        .map(consumer -> find(role.names().role()).binding(consumer)))
                .ifPresent(binding -> app.get().bind(binding));
    }

    private LocalRole find(String name) {
        return roles.values().stream()
                .filter(role -> role.plan().names().role().equals(name))
                .findFirst()
                .orElseThrow(() -> new CliException(
                        "no RedisRole " + name + " here (there are: " + String.join(", ", roles.keySet()) + ")"));
    }

    private List<Long> processes() {
        return Stream.of(
                        roles.values().stream().flatMap(role -> role.node().pid().stream()),
                        app.stream().flatMap(sample -> sample.pid().stream()),
                        policy.stream().flatMap(one -> one.pid().stream()))
                .flatMap(pids -> pids)
                .toList();
    }

    private void report(String object, List<Condition> before, List<Condition> after) {
        Transitions.between(before, after).forEach(event -> listener.event(object, event));
    }

    private static String folder(String key) {
        return key.replace('/', '-');
    }

    private static RedisBinary redis(Settings settings, InstanceDirectory directory) {
        try {
            return settings.redisServer()
                    .map(RedisBinary::at)
                    .orElseGet(() -> RedisBinary.find(System.getenv().getOrDefault("PATH", ""), directory.path("bin")));
        } catch (RedisUnavailableException e) {
            throw new CliException(String.valueOf(e.getMessage()), e);
        }
    }
}
