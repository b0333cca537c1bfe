package io.redisroles.operator.redis;

import java.util.List;
import java.util.Optional;

/** What came of asking a role's Redis. */
public sealed interface Observation {
    /** The server's own account, if it gave one. */
    Optional<RedisFacts> facts();

    /** The certificate that it serves, if connections are encrypted and it answered. */
    default Optional<ServedCertificate> served() {
        return this instanceof Answered answered ? answered.certificate() : Optional.empty();
    }

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

    /** It is not taken for the role's: only a restart, which reads its mounted files, makes it serve what it should. */
    record Untrusted(String reason) implements Observation {
        @Override
        public Optional<RedisFacts> facts() {
            return Optional.empty();
        }

        @Override
        public String describe() {
            return "Redis is not believed: " + reason;
        }
    }

    /** It takes none of the operator's passwords: only a restart, which reads the ACL file, lets the operator in again. */
    record LockedOut(String reason) implements Observation {
        @Override
        public Optional<RedisFacts> facts() {
            return Optional.empty();
        }

        @Override
        public String describe() {
            return "Redis takes none of the operator's passwords: " + reason;
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
     * @param changes what came of making it as wished
     * @param certificate that it serves; empty where connections are not encrypted
     */
    record Answered(RedisFacts answer, Canary canary, Changes changes, Optional<ServedCertificate> certificate)
            implements Observation {
        /** Connections are not encrypted. */
        public Answered(RedisFacts answer, Canary canary, Changes changes) {
            this(answer, canary, changes, Optional.empty());
        }

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
     * What came of making a server as wished.
     *
     * @param refused what it still has differently
     * @param repaired what somebody had changed and is as wished again, or was tried to be
     */
    record Changes(List<Refusal> refused, List<String> repaired) {
        /** Nothing was to be done. */
        static final Changes NONE = new Changes(List.of(), List.of());

        public Changes {
            refused = List.copyOf(refused);
            repaired = List.copyOf(repaired);
        }
    }

    /**
     * Something that a server did not take.
     *
     * @param kind of the subject
     * @param subject name of a user or a directive
     * @param error Redis' own words, or what it has instead
     */
    record Refusal(Kind kind, String subject, String error) {
        /** What the subject is. */
        public enum Kind {
            /** A user. */
            USER,
            /** A directive. */
            DIRECTIVE
        }

        @Override
        public String toString() {
            return subject + ": " + error;
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
