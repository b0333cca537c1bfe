package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.RedisRoleStatus;
import io.redisroles.operator.plan.PlanResult;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import io.redisroles.operator.redis.RedisLoad;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A running server of a plan, healthy until told otherwise, and the status that follows from seeing it. */
final class Server {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    static final String REVISION = "revision";

    private final RolePlan plan;
    private final Map<String, String> config = new TreeMap<>();
    private RedisLoad load = RedisLoad.NONE;
    private String version = "7.4.2";
    private long used;
    private long evicted;
    private long keys;
    private long keysWithTtl;
    private boolean aofEnabled = true;
    private boolean aofWriteOk = true;
    private String aclRevision = REVISION;
    private List<Observation.Refusal> refused = List.of();
    private Observation.Canary canary = new Observation.Canary(Observation.Canary.Outcome.SERVED, "");

    private Server(RolePlan plan) {
        this.plan = plan;
        config.put("maxmemory", String.valueOf(plan.memory().maxMemory()));
        config.put("maxmemory-policy", plan.memory().evictionPolicy().directive());
        config.put("appendonly", "yes");
        config.put("appendfsync", plan.fsync().directive());
    }

    static Server of(RolePlan plan) {
        return new Server(plan);
    }

    Server load(RedisLoad told) {
        load = told;
        return this;
    }

    Server version(String running) {
        version = running;
        return this;
    }

    Server used(long bytes) {
        used = bytes;
        return this;
    }

    Server usedPercent(double percent) {
        return used((long) Math.ceil(plan.memory().maxMemory() * percent / 100));
    }

    Server evicted(long count) {
        evicted = count;
        return this;
    }

    Server keys(long count, long withTtl) {
        keys = count;
        keysWithTtl = withTtl;
        return this;
    }

    Server aof(boolean enabled, boolean writeOk) {
        aofEnabled = enabled;
        aofWriteOk = writeOk;
        return this;
    }

    Server config(String directive, String value) {
        config.put(directive, value);
        return this;
    }

    Server aclRevision(String revision) {
        aclRevision = revision;
        return this;
    }

    Server refuses(Observation.Refusal.Kind kind, String subject, String error) {
        refused = List.of(new Observation.Refusal(kind, subject, error));
        return this;
    }

    Server canary(Observation.Canary.Outcome outcome, String detail) {
        canary = new Observation.Canary(outcome, detail);
        return this;
    }

    Observation answer() {
        return new Observation.Answered(
                new RedisFacts(
                        version,
                        "run",
                        used,
                        plan.memory().maxMemory(),
                        evicted,
                        keys,
                        keysWithTtl,
                        aofEnabled,
                        aofWriteOk,
                        aclRevision,
                        config,
                        load),
                canary,
                new Observation.Changes(refused, List.of()));
    }

    ObservedRole observed() {
        return new ObservedRole(true, false, answer(), REVISION, List.of());
    }

    /** The status after seeing it. */
    RedisRoleStatus after(RedisRoleStatus previous, Instant now) {
        return next(previous, plan, observed(), now);
    }

    /** The status of a role that nothing was said of, after seeing it at noon. */
    RedisRoleStatus first() {
        return after(RoleStatus.none(), NOON);
    }

    static RedisRoleStatus next(RedisRoleStatus previous, RolePlan plan, ObservedRole observed, Instant now) {
        return RoleStatus.next(previous, 1, plan, PlanResult.accepted(plan, List.of()), observed, now);
    }
}
