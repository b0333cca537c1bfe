package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.DirectiveText;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is said of a RedisRole. Pure: an equal status means that nothing needs to be written. */
public final class RoleStatus {
    private RoleStatus() {}

    /**
     * The status of a role that cannot be done as written; what runs already is left as it is, and so is what was said of it,
     * with the generation that it was said of.
     */
    public static RedisRoleStatus rejected(
            RedisRoleStatus previous, long generation, PlanResult<RolePlan> result, Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        String problems = PlanResult.describe(result.problems());
        conditions.isFalse(ConditionType.ACCEPTED, ConditionReason.INVALID_SPEC, problems);
        conditions.isFalse(ConditionType.READY, ConditionReason.INVALID_SPEC, problems);
        conditions.isFalse(
                ConditionType.PROGRESSING, ConditionReason.INVALID_SPEC, "nothing is done until the spec is corrected");
        return standing(previous, generation, conditions);
    }

    /**
     * The status of a role that has no certificate to serve: nothing is done, and what runs already is left as it is.
     *
     * @param trouble why it has none
     */
    public static RedisRoleStatus withoutCertificate(
            RedisRoleStatus previous,
            long generation,
            PlanResult<RolePlan> result,
            WishedCertificate.Trouble trouble,
            Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        accepted(conditions, result);
        conditions.isFalse(ConditionType.READY, trouble.reason(), trouble.message());
        conditions.isTrue(ConditionType.PROGRESSING, ConditionReason.PENDING, "waiting for a certificate to serve");
        conditions.isFalse(ConditionType.CERTIFICATE_SERVED, trouble.reason(), trouble.message());
        return standing(previous, generation, conditions);
    }

    /** The status of a role of which the API server forbids the operator something; the rest of what was said stands. */
    public static RedisRoleStatus forbidden(RedisRoleStatus previous, long generation, String why, Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        conditions.isTrue(ConditionType.PROGRESSING, ConditionReason.FORBIDDEN, "it is tried again and again");
        conditions.isFalse(ConditionType.CONFIG_APPLIED, ConditionReason.FORBIDDEN, why);
        return standing(previous, previous.observedGeneration(), conditions);
    }

    /** The conditions are new; all else that was said stands. */
    private static RedisRoleStatus standing(
            RedisRoleStatus previous, @Nullable Long generation, Conditions conditions) {
        return new RedisRoleStatus(
                generation,
                conditions.listWithRest(),
                previous.endpoint(),
                previous.bindings(),
                previous.binding(),
                previous.memory(),
                previous.redisVersion());
    }

    /** The status of a role whose children have been applied. */
    public static RedisRoleStatus next(
            RedisRoleStatus previous,
            long generation,
            RolePlan plan,
            PlanResult<RolePlan> result,
            ObservedRole observed,
            Instant now) {
        Conditions conditions = new Conditions(previous.conditions(), generation, now);
        accepted(conditions, result);
        conflict(conditions, observed);
        boolean ready = ready(conditions, plan, observed);
        progressing(conditions, observed, ready);
        Optional<RedisFacts> facts = observed.redis().facts();
        configApplied(conditions, previous, plan, observed);
        aclApplied(conditions, observed, facts);
        MemoryHealth.of(previous, plan, observed.redis()).addTo(conditions);
        PersistenceHealth.addTo(conditions, previous, plan, observed);
        observed.certificate().ifPresent(wished -> CertificateStatus.addTo(conditions, wished, observed.redis(), now));
        List<RedisRoleStatus.ConsumerBinding> bindings = plan.consumers().stream()
                .map(consumer -> new RedisRoleStatus.ConsumerBinding(
                        consumer.name(), plan.names().bindingSecret(consumer.name())))
                .toList();
        return new RedisRoleStatus(
                generation,
                conditions.list(),
                plan.host() + ":" + plan.service().port(),
                bindings,
                bindings.size() == 1
                        ? new RedisRoleStatus.Binding(bindings.get(0).name())
                        : null,
                MemoryUsage.next(previous, plan, facts, conditions.list(), now),
                facts.map(RedisFacts::version).orElse(previous.redisVersion()));
    }

    private static void accepted(Conditions conditions, PlanResult<RolePlan> result) {
        if (result.warnings().isEmpty()) {
            conditions.isTrue(ConditionType.ACCEPTED, ConditionReason.VALID, "the spec can be done as written");
        } else {
            conditions.isTrue(ConditionType.ACCEPTED, ConditionReason.UNWISE, PlanResult.describe(result.warnings()));
        }
    }

    private static void conflict(Conditions conditions, ObservedRole observed) {
        if (observed.conflicts().isEmpty()) {
            conditions.isFalse(ConditionType.NAME_CONFLICT, ConditionReason.NO_CONFLICT, "every child is ours");
        } else {
            conditions.isTrue(
                    ConditionType.NAME_CONFLICT,
                    ConditionReason.NAME_CONFLICT,
                    "not ours and left alone: " + String.join(", ", observed.conflicts())
                            + "; delete or rename them, or rename this RedisRole");
        }
    }

    private static boolean ready(Conditions conditions, RolePlan plan, ObservedRole observed) {
        Observation redis = observed.redis();
        if (!observed.conflicts().isEmpty()) {
            conditions.isFalse(ConditionType.READY, ConditionReason.NAME_CONFLICT, "a child's name is taken");
        } else if (!observed.podReady() && observed.around().exit().isPresent()) {
            conditions.isFalse(
                    ConditionType.READY,
                    ConditionReason.CRASHING,
                    "Redis ended and is started again, each time later: "
                            + observed.around().exit().get().words());
        } else if (!observed.podReady()) {
            conditions.isFalse(
                    ConditionType.READY,
                    observed.restarting() ? ConditionReason.RESTARTING : ConditionReason.PENDING,
                    "the Redis process is not ready; " + redis.describe());
        } else if (redis instanceof Observation.Answered answered && serves(answered.canary(), plan)) {
            conditions.isTrue(ConditionType.READY, ConditionReason.SERVING, redis.describe());
            return true;
        } else {
            conditions.isFalse(ConditionType.READY, notReady(redis), redis.describe());
        }
        return false;
    }

    /** To refuse writes when it is full is the promise of a role that never evicts, and a failure of any other. */
    private static boolean serves(Observation.Canary canary, RolePlan plan) {
        return switch (canary.outcome()) {
            case SERVED -> true;
            case FULL -> !plan.memory().evictionPolicy().evicts();
            case FAILED -> false;
        };
    }

    private static ConditionReason notReady(Observation redis) {
        if (redis instanceof Observation.Loading) {
            return ConditionReason.LOADING;
        }
        if (redis instanceof Observation.Untrusted) {
            return ConditionReason.UNTRUSTED;
        }
        if (redis instanceof Observation.LockedOut) {
            return ConditionReason.LOCKED_OUT;
        }
        return redis instanceof Observation.Answered ? ConditionReason.NOT_SERVING : ConditionReason.UNREACHABLE;
    }

    private static void progressing(Conditions conditions, ObservedRole observed, boolean ready) {
        if (observed.paused()) {
            conditions.isFalse(
                    ConditionType.PROGRESSING,
                    ConditionReason.PAUSED,
                    "nothing is changed, not even repaired, until spec.paused is false");
        } else if (ready) {
            conditions.isFalse(ConditionType.PROGRESSING, ConditionReason.RECONCILED, "nothing is left to do");
        } else {
            conditions.isTrue(
                    ConditionType.PROGRESSING,
                    observed.restarting() ? ConditionReason.RESTARTING : ConditionReason.PENDING,
                    "waiting for Redis to serve");
        }
    }

    private static void configApplied(
            Conditions conditions, RedisRoleStatus previous, RolePlan plan, ObservedRole observed) {
        Optional<RedisFacts> facts = observed.redis().facts();
        Optional<Hindrance> refusedImage =
                observed.held().filter(held -> held.reason() == ConditionReason.IMAGE_REFUSED);
        if (refusedImage.isPresent()) {
            conditions.isFalse(
                    ConditionType.CONFIG_APPLIED,
                    ConditionReason.IMAGE_REFUSED,
                    refusedImage.get().message());
            return;
        }
        if (facts.isEmpty()) {
            conditions.isUnknown(ConditionType.CONFIG_APPLIED, ConditionReason.UNKNOWN, "Redis has not been asked");
            return;
        }
        String refused = refused(observed.redis(), Observation.Refusal.Kind.DIRECTIVE);
        String different = different(plan, facts.get().config());
        Optional<String> downgraded = Downgrade.of(previous, facts.get().version(), observed.around());
        if (observed.held().isPresent()) {
            Hindrance held = observed.held().get();
            conditions.isFalse(ConditionType.CONFIG_APPLIED, held.reason(), held.message());
        } else if (downgraded.isPresent()) {
            conditions.isFalse(ConditionType.CONFIG_APPLIED, ConditionReason.DOWNGRADED, downgraded.get());
        } else if (!refused.isEmpty()) {
            conditions.isFalse(ConditionType.CONFIG_APPLIED, ConditionReason.REFUSED, refused);
        } else if (!different.isEmpty()) {
            conditions.isFalse(ConditionType.CONFIG_APPLIED, ConditionReason.DIFFERENT, different);
        } else {
            conditions.isTrue(
                    ConditionType.CONFIG_APPLIED, ConditionReason.APPLIED, "read back from the running server");
        }
    }

    /** What a server was asked about and has otherwise than planned. */
    private static String different(RolePlan plan, Map<String, String> actual) {
        return plan.directives().entrySet().stream()
                .filter(directive ->
                        RedisDirectives.isLive(directive.getKey()) && actual.containsKey(directive.getKey()))
                .filter(directive -> !DirectiveText.same(
                        directive.getKey(), directive.getValue(), String.valueOf(actual.get(directive.getKey()))))
                .map(directive -> directive.getKey() + " is " + actual.get(directive.getKey()) + " (expected: "
                        + directive.getValue() + ")")
                .sorted()
                .collect(Collectors.joining("; "));
    }

    private static String refused(Observation redis, Observation.Refusal.Kind kind) {
        return redis instanceof Observation.Answered answered
                ? answered.changes().refused().stream()
                        .filter(refusal -> refusal.kind() == kind)
                        .map(Observation.Refusal::toString)
                        .collect(Collectors.joining("; "))
                : "";
    }

    private static void aclApplied(Conditions conditions, ObservedRole observed, Optional<RedisFacts> facts) {
        String refused = refused(observed.redis(), Observation.Refusal.Kind.USER);
        if (facts.isEmpty()) {
            conditions.isUnknown(ConditionType.ACL_APPLIED, ConditionReason.UNKNOWN, "Redis has not been asked");
        } else if (!refused.isEmpty()) {
            conditions.isFalse(ConditionType.ACL_APPLIED, ConditionReason.REFUSED, "user " + refused);
        } else if (facts.get().aclRevision().equals(observed.aclRevision())) {
            conditions.isTrue(
                    ConditionType.ACL_APPLIED,
                    ConditionReason.APPLIED,
                    "every user was read back from the running server"
                            + observed.around()
                                    .nextRotation()
                                    .map(due -> "; passwords change next at " + due)
                                    .orElse(""));
        } else {
            conditions.isFalse(
                    ConditionType.ACL_APPLIED,
                    ConditionReason.DIFFERENT,
                    "the server has another revision of the users");
        }
    }

    /** A status that says nothing yet. */
    public static RedisRoleStatus none() {
        return new RedisRoleStatus(null, List.<Condition>of(), null, List.of(), null, null, null);
    }
}
