package io.redisroles.operator.redis;

import java.util.Optional;

/** What came of asking a role's Redis. */
public sealed interface Observation {
    /** The server's own account, if it gave one. */
    Optional<RedisFacts> facts();

    /** One sentence for conditions. */
    String describe();

    /** Nobody has asked yet. */
    record Unknown() implements Observation {
        @Override
        public Optional<RedisFacts> facts() {
            return Optional.empty();
        }

        @Override
        public String describe() {
            return "Redis has not been asked yet";
        }
    }

    /** It did not answer, or not with sense. */
    record Unreachable(String reason) implements Observation {
        @Override
        public Optional<RedisFacts> facts() {
            return Optional.empty();
        }

        @Override
        public String describe() {
            return "Redis does not answer: " + reason;
        }
    }

    /** It answers but is still reading its append-only file. */
    record Loading() implements Observation {
        @Override
        public Optional<RedisFacts> facts() {
            return Optional.empty();
        }

        @Override
        public String describe() {
            return "Redis is loading its data";
        }
    }

    /**
     * It answered.
     *
     * @param answer its account
     * @param canary what came of writing and reading the canary key
     */
    record Answered(RedisFacts answer, Canary canary) implements Observation {
        @Override
        public Optional<RedisFacts> facts() {
            return Optional.of(answer);
        }

        @Override
        public String describe() {
            return canary.describe();
        }
    }

    /**
     * What came of writing and reading the canary key.
     *
     * @param outcome the kind
     * @param detail Redis' error, empty if none
     */
    record Canary(Outcome outcome, String detail) {
        /** The kinds. */
        public enum Outcome {
            /** Written and read back. */
            SERVED,
            /** Refused because memory is full: the role serves reads, which is its promise. */
            FULL,
            /** Anything else. */
            FAILED
        }

        String describe() {
            return switch (outcome) {
                case SERVED -> "an authenticated write and read succeeded";
                case FULL -> "reads succeed; writes are refused because memory is full";
                case FAILED -> "the canary key could not be written and read: " + detail;
            };
        }
    }
}
