package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.desired.AclFile;
import io.redisroles.operator.desired.DesiredResources;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RedisBinding;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.ConsumerPlan;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import io.redisroles.operator.redis.RedisInspector;
import io.redisroles.operator.redis.RedisLogin;
import io.redisroles.operator.status.ConditionType;
import io.redisroles.operator.status.Conditions;
import io.redisroles.operator.status.ObservedRole;
import io.redisroles.operator.status.RoleStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One role on this machine: the operator's steps (apply, observe, status) with a {@link RedisNode} in the place of the
 * cluster. One thread; only the latest observation arrives from elsewhere.
 */
final class LocalRole implements AutoCloseable {
    private static final Duration OBSERVE_EVERY = Duration.ofSeconds(1);

    private final RedisNode node;
    private final RedisInspector inspector;
    private final PlanSettings settings;
    private final Supplier<Password> random;
    private final Instant created;
    private volatile Answer answer = new Answer(Optional.empty(), new Observation.Unknown());
    private volatile boolean asking;
    private RedisRole resource;
    private PlanResult<RolePlan> result;
    private RolePlan planned;
    private RolePlan plan;
    private RoleCredentials credentials;
    private RedisRoleStatus status = RoleStatus.none();
    private long generation = 1;
    private Instant lastAsked = Instant.EPOCH;

    LocalRole(
            RedisRole resource,
            PlanResult<RolePlan> result,
            RedisNode node,
            RedisInspector inspector,
            PlanSettings settings,
            Optional<Secret> keptCredentials,
            Supplier<Password> random,
            Instant now) {
        this.resource = resource;
        this.result = result;
        this.planned = result.plan().orElseThrow();
        this.plan = planned;
        this.node = node;
        this.inspector = inspector;
        this.settings = settings;
        this.random = random;
        this.created = now.truncatedTo(ChronoUnit.SECONDS);
        this.credentials = RoleCredentials.complete(plan, keptCredentials, random);
        apply();
    }

    /** Takes over an edited resource, or other grants; a rejected one changes nothing but the status. */
    void update(RedisRole edited, PlanResult<RolePlan> editedResult) {
        if (!edited.getSpec().equals(resource.getSpec())) {
            generation++;
        }
        resource = edited;
        result = editedResult;
        Optional<RolePlan> next = editedResult.plan();
        if (next.isPresent() && !next.get().equals(planned)) {
            planned = next.get();
            plan = next.get().takingBack(plan.directives().keySet());
            credentials = RoleCredentials.complete(plan, Optional.of(credentialsSecret()), random);
            apply();
        }
    }

    /** Keeps the process as desired, asks it from time to time, and works out the status. */
    void tick(Instant now) {
        Optional<Long> before = node.pid();
        node.tick(now);
        if (!node.pid().equals(before)) {
            answer = new Answer(
                    Optional.empty(),
                    new Observation.Unknown()); // another process is not taken at its predecessor's word
        }
        if (Duration.between(lastAsked, now).compareTo(OBSERVE_EVERY) >= 0
                || !isReady()
                || observation() instanceof Observation.Unknown) {
            ask(now);
        }
        status = result.plan().isEmpty()
                ? RoleStatus.rejected(status, generation, result, now)
                : RoleStatus.next(
                        status,
                        generation,
                        plan,
                        result,
                        new ObservedRole(
                                node.isReady(),
                                node.isRestarting(),
                                node.isReady() ? observation() : notReady(),
                                AclFile.revision(plan, credentials),
                                List.of()),
                        now);
    }

    /** The resource with its status, as {@code kubectl get} would show it. */
    RedisRole withStatus() {
        RedisRole shown = new RedisRole();
        shown.setMetadata(resource.getMetadata());
        shown.getMetadata().setGeneration(generation);
        shown.getMetadata().setCreationTimestamp(created.toString());
        shown.setSpec(resource.getSpec());
        shown.setStatus(new RedisRoleStatus(
                status.observedGeneration(),
                status.conditions(),
                Ports.HOST + ":" + node.port(),
                status.bindings(),
                status.binding(),
                status.memory(),
                status.redisVersion()));
        return shown;
    }

    boolean isReady() {
        return Conditions.isTrue(status.conditions(), ConditionType.READY);
    }

    RedisRoleStatus status() {
        return status;
    }

    RolePlan plan() {
        return plan;
    }

    RedisNode node() {
        return node;
    }

    RoleCredentials credentials() {
        return credentials;
    }

    Optional<RedisFacts> facts() {
        return observation().facts();
    }

    /** How {@code user} logs in to this role on this machine. */
    RedisBinding binding(String user) {
        return new RedisBinding(Ports.HOST, node.port(), user, credentials.of(user));
    }

    /** The binding of a consumer, as its Secret would say. */
    RedisBinding binding(ConsumerPlan consumer) {
        String user = consumer.passwordOnly() ? AclUser.DEFAULT : consumer.name();
        return new RedisBinding(Ports.HOST, node.port(), user, credentials.of(consumer.name()));
    }

    /** The Secret that keeps the credentials. */
    Secret credentialsSecret() {
        return desired().stream()
                .filter(Secret.class::isInstance)
                .map(Secret.class::cast)
                .filter(secret ->
                        secret.getMetadata().getName().equals(plan.names().credentialsSecret()))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        node.close();
    }

    private List<HasMetadata> desired() {
        return DesiredResources.of(plan, credentials, settings);
    }

    private void apply() {
        node.apply(desired());
    }

    private Observation notReady() {
        if (observation() instanceof Observation.Loading loading) {
            return loading;
        }
        return new Observation.Unreachable(
                node.lastWords().isEmpty()
                        ? "its readiness probe fails"
                        : "its readiness probe fails; before it ended it said: " + node.lastWords());
    }

    /** To what the role should be now; an answer to an earlier wish says nothing of this one. */
    private Observation observation() {
        Answer known = answer;
        return known.plan().filter(plan::equals).isPresent() ? known.observation() : new Observation.Unknown();
    }

    private void ask(Instant now) {
        if (asking) {
            return;
        }
        lastAsked = now;
        asking = true;
        RolePlan asked = plan;
        inspector
                .inspect(new RedisInspector.Question(
                        RedisLogin.ofOperator(credentials, Ports.HOST, node.port()),
                        LiveSettings.of(asked, credentials),
                        true))
                .thenAccept(latest -> {
                    answer = new Answer(Optional.of(asked), latest);
                    asking = false;
                });
    }

    /**
     * What Redis said.
     *
     * @param plan that it was asked about; empty if it was not asked
     */
    private record Answer(Optional<RolePlan> plan, Observation observation) {}
}
