package io.redisroles.sidecar.config;

import java.util.Optional;
import java.util.function.Supplier;

/** The identifier keys in use; exchanged through one volatile reference. Safe for all threads. */
public final class ActiveKeys {
    private volatile IdentifierKeys current;

    public ActiveKeys(IdentifierKeys first) {
        this.current = first;
    }

    IdentifierKeys get() {
        return current;
    }

    void replace(IdentifierKeys next) {
        current = next;
    }

    /** The hashes for one use, derived anew whenever the keys were exchanged. */
    public Supplier<Hashes> hashes(String use) {
        return new Derived(use);
    }

    /**
     * What identifiers are hashed with for one use. Another instance after an exchange, the same until then.
     *
     * @param current names what is new
     * @param former named it before, while that still counts
     */
    public record Hashes(KeyedHash current, Optional<KeyedHash> former) {
        /** For a key that is not exchanged. */
        public static Hashes of(KeyedHash only) {
            return new Hashes(only, Optional.empty());
        }

        private static Hashes derive(IdentifierKeys keys, String use) {
            return new Hashes(keys.current().hash(use), keys.former().map(former -> former.hash(use)));
        }
    }

    private final class Derived implements Supplier<Hashes> {
        private final String use;
        private volatile Generation last;

        Derived(String use) {
            this.use = use;
            this.last = derive(current);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // Other keys are another instance.
        public Hashes get() {
            IdentifierKeys keys = current;
            Generation known = last;
            if (known.keys != keys) {
                known = derive(keys);
                last = known;
            }
            return known.hashes;
        }

        private Generation derive(IdentifierKeys keys) {
            return new Generation(keys, Hashes.derive(keys, use));
        }
    }

    private record Generation(IdentifierKeys keys, Hashes hashes) {}
}
