package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.redisroles.operator.plan.AclUser;
import io.redisroles.operator.plan.RedisDirectives;
import io.redisroles.operator.plan.RolePlan;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The three questions that the node asks a Redis, each of them PING and each with other right answers. A restart cures neither
 * a full disk, nor a long load, nor clients that open too many connections, so liveness takes any answer; only an exact PONG is
 * ready, which leaves out LOADING, MISCONF and MASTERDOWN.
 */
public enum ProbeQuestion {
    /** Has it started, or is it at least loading its data? Asked for up to ten minutes. */
    STARTUP("PONG|LOADING.*", 2, 300),
    /** May clients use it? */
    READINESS("PONG", 2, 2),
    /** Does it answer at all? */
    LIVENESS(
            "PONG|(AUTH failed: )?(LOADING|MISCONF|MASTERDOWN|BUSY|NOAUTH|WRONGPASS|NOPERM|ERR max number of clients).*",
            10,
            6);

    /** Shows a certificate if there is one: probes cannot change with the demand for it, which needs no restart. */
    private static final String IDENTIFYING =
            "c=" + RedisDirectives.TLS_DIRECTORY + "/" + RedisSecrets.PROBE_CHAIN + " k="
                    + RedisDirectives.TLS_DIRECTORY + "/" + RedisSecrets.PROBE_KEY
                    + "; if [ -s \"$c\" ] && [ -s \"$k\" ]; then set -- --cert \"$c\" --key \"$k\"; fi; ";

    private final String answers;
    private final Pattern accepted;
    private final int periodSeconds;
    private final int failures;

    ProbeQuestion(String answers, int periodSeconds, int failures) {
        this.answers = answers;
        this.accepted = Pattern.compile(answers, Pattern.DOTALL);
        this.periodSeconds = periodSeconds;
        this.failures = failures;
    }

    /**
     * Whether {@code answer} is a right one.
     *
     * @param answer to PING, as redis-cli prints it: an error begins with its code
     */
    public boolean accepts(String answer) {
        return accepted.matcher(answer.strip()).matches();
    }

    /**
     * The probe that asks it.
     *
     * @param encrypted whether Redis speaks TLS only
     */
    Probe probe(boolean encrypted) {
        return new ProbeBuilder()
                .withNewExec()
                .withCommand(command(encrypted))
                .endExec()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failures)
                .build();
    }

    /**
     * Logs in as a user that takes any password and may only PING: the probe needs no secret. It asks whether Redis answers, not
     * who it is: a certificate that has ended is no reason to restart it.
     */
    private List<String> command(boolean encrypted) {
        return List.of(
                "sh",
                "-c",
                (encrypted ? IDENTIFYING : "") + "redis-cli " + (encrypted ? "--tls --insecure \"$@\" " : "") + "-p "
                        + RolePlan.CONTAINER_PORT + " --user " + AclUser.PROBE
                        + " --pass any --no-auth-warning ping 2>&1 | grep -Exq '" + answers + "'");
    }
}
