package io.redisroles.sidecar.admission;

import io.redisroles.sidecar.limit.Permit;
import io.redisroles.sidecar.limit.Quota;
import io.redisroles.sidecar.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Whether a request may pass. */
public sealed interface Verdict {
    /** Where every limit of the request stands; empty if none had a part in it. */
    List<Quota> quotas();

    DecisionSource source();

    /** It may. */
    final class Admit implements Verdict {
        private final Optional<Session> session;
        private final String tier;
        private final List<Quota> quotas;
        private final DecisionSource source;
        private final Duration delay;
        private final Permit permit;

        Admit(Optional<Session> session, String tier, List<Quota> quotas, DecisionSource source) {
            this(session, tier, quotas, source, Duration.ZERO, Permit.NONE);
        }

        Admit(
                Optional<Session> session,
                String tier,
                List<Quota> quotas,
                DecisionSource source,
                Duration delay,
                Permit permit) {
            this.session = session;
            this.tier = tier;
            this.quotas = List.copyOf(quotas);
            this.source = source;
            this.delay = delay;
            this.permit = permit;
        }

        /** How long the request must wait for its turn before it is forwarded. */
        public Duration delay() {
            return delay;
        }

        /** What it holds until it ends, in whatever way; whoever takes the verdict closes it then. */
        public Permit permit() {
            return permit;
        }

        /** Who it comes from, if that is known. */
        public Optional<Session> session() {
            return session;
        }

        public String tier() {
            return tier;
        }

        @Override
        public List<Quota> quotas() {
            return quotas;
        }

        @Override
        public DecisionSource source() {
            return source;
        }
    }

    /**
     * It may not.
     *
     * @param problem why
     * @param challenge for {@code WWW-Authenticate}; empty if that is not the reason
     */
    record Reject(Problem problem, String challenge, List<Quota> quotas, DecisionSource source) implements Verdict {
        public Reject {
            quotas = List.copyOf(quotas);
        }

        /** A refusal that no limit had a part in. */
        public static Reject of(Problem problem) {
            return new Reject(problem, "", List.of(), DecisionSource.NONE);
        }
    }
}
