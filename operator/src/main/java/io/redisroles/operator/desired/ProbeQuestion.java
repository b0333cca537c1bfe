package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.redisroles.operator.plan.AclUser;
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

    Probe probe() {
        return new ProbeBuilder()
                .withNewExec()
                .withCommand(command())
                .endExec()
                .withPeriodSeconds(periodSeconds)
                .withTimeoutSeconds(5)
                .withFailureThreshold(failures)
                .build();
    }

    /** Logs in as a user that takes any password and may only PING: the probe needs no secret. */
    private List<String> command() {
        return List.of(
                "sh",
                "-c",
                "redis-cli -p " + RolePlan.CONTAINER_PORT + " --user " + AclUser.PROBE
                        + " --pass any --no-auth-warning ping 2>&1 | grep -Exq '" + answers + "'");
    }
}
