package io.redisroles.sidecar.limit;

import io.redisroles.contract.Identifiers;
import io.redisroles.contract.KeyNames;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import io.redisroles.sidecar.cache.Doorkeeper;
import io.redisroles.sidecar.config.ActiveKeys.Hashes;
import io.redisroles.sidecar.config.KeyedHash;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Names the counter of a subject under a limit. The principal part, the first present of user, session, API key and ip, else
 * the first part, is the hash tag. Limits are prepared once for a policy, and the names of subjects that come again are
 * remembered, a bounded number of them. Safe for all threads.
 */
public final class CounterKeys {
    private static final String UNRESERVED = "-._~";
    private static final String HEX = "0123456789ABCDEF";
    /** Names of subjects under limits that are kept, a power of two: at most some 2 MiB. */
    private static final int REMEMBERED = 8192;
    /** Places of one name. */
    private static final int PLACES = 4;

    private final Supplier<Hashes> hashes;
    /** A reload replaces it; while requests of two policies are under way it changes to and fro. */
    private volatile @Nullable Prepared prepared;

    /**
     * Names by these.
     *
     * @param hashes while there are two, every counter has two names: the former is the first
     */
    public CounterKeys(Supplier<Hashes> hashes) {
        this.hashes = hashes;
    }

    /** What a request of {@code subject} asks of {@code limit}, one of {@code policy}'s. */
    public Charge charge(PolicySection policy, Limit limit, Subject subject, String tier, int liveSidecars) {
        PreparedLimit own = prepare(policy).limit(limit);
        Named named = own.named(subject);
        return new Charge(own.terms(tier), named.key, named.twin, liveSidecars);
    }

    /** The key of {@code subject} under {@code limit} of {@code policy}. */
    String key(PolicySection policy, Limit limit, Subject subject) {
        return prepare(policy).limit(limit).named(subject).key;
    }

    @SuppressWarnings("ReferenceEquality") // Another instance is prepared again, which is right and rare.
    private Prepared prepare(PolicySection policy) {
        Prepared current = prepared;
        Hashes wanted = hashes.get();
        if (current == null || current.policy != policy || current.by != wanted) {
            current = new Prepared(policy, wanted);
            prepared = current;
        }
        return current;
    }

    private static final class Prepared {
        private final PolicySection policy;
        private final Hashes by;
        private final IdentityHashMap<Limit, PreparedLimit> limits = new IdentityHashMap<>();
        private final Names names = new Names();

        Prepared(PolicySection policy, Hashes by) {
            this.policy = policy;
            this.by = by;
            policy.rules().forEach(rule -> rule.limits().forEach(limit -> limits.put(limit, prepared(limit))));
        }

        PreparedLimit limit(Limit limit) {
            PreparedLimit known = limits.get(limit);
            return known == null ? prepared(limit) : known;
        }

        private PreparedLimit prepared(Limit limit) {
            return new PreparedLimit(policy, limit, by, names);
        }
    }

    private static final class PreparedLimit {
        private final PolicySection policy;
        private final Limit limit;
        private final Hashes by;
        private final List<SubjectPart> parts;
        private final Terms terms;
        private final Map<String, Terms> tiers = new HashMap<>();
        private final Names names;

        PreparedLimit(PolicySection policy, Limit limit, Hashes by, Names names) {
            this.by = by;
            this.names = names;
            this.policy = policy;
            this.limit = limit;
            // Sorted by type: the order in which a policy lists the parts means nothing.
            this.parts = limit.by().stream().sorted().distinct().toList();
            this.terms = new Terms(limit, limit.amount());
            limit.tiers().forEach((tier, amount) -> tiers.put(tier, new Terms(limit, amount)));
        }

        Terms terms(String tier) {
            return tiers.isEmpty() ? terms : tiers.getOrDefault(tier, terms);
        }

        Named named(Subject subject) {
            SubjectPart[] types = new SubjectPart[parts.size()];
            String[] values = new String[types.length];
            int hashCode = limit.name().hashCode();
            int count = 0;
            for (int i = 0; i < types.length; i++) {
                SubjectPart type = subject.typeOf(parts.get(i));
                // The address of an anonymous request stands for its user and session, and is counted once.
                if (!contains(types, count, type)) {
                    types[count] = type;
                    values[count] = subject.valueOf(parts.get(i));
                    hashCode = 31 * (31 * hashCode + values[count].hashCode())
                            + type.kind().text().hashCode();
                    count++;
                }
            }
            return named(types, values, count, hashCode);
        }

        private Named named(SubjectPart[] types, String[] values, int count, int hashCode) {
            Named known = names.find(this, types, values, count, hashCode);
            if (known != null) {
                return known;
            }
            KeyedHash current = by.current();
            Optional<KeyedHash> former = policy.identifiers() == Identifiers.HASHED ? by.former() : Optional.empty();
            // The counter that all sidecars know of is the first.
            Named fresh = new Named(
                    this,
                    Arrays.copyOf(types, count),
                    Arrays.copyOf(values, count),
                    key(types, values, count, former.orElse(current)),
                    former.map(other -> key(types, values, count, current)));
            names.keep(fresh, hashCode);
            return fresh;
        }

        private String key(SubjectPart[] types, String[] values, int count, KeyedHash hash) {
            String tag = name(types, values, 0, 1, hash);
            String rest = count == 1 ? "" : name(types, values, 1, count, hash);
            return KeyNames.rate(tag, policy.namespace(), policy.name(), limit.name(), rest);
        }

        private String name(SubjectPart[] types, String[] values, int from, int to, KeyedHash hash) {
            return policy.identifiers() == Identifiers.HASHED
                    ? hash.tag(encode(types, values, from, to))
                    : plain(types, values, from, to);
        }
    }

    /** The names that are kept: each has four places; where all are taken, one that comes again gets one of them. */
    private static final class Names {
        private final AtomicReferenceArray<@Nullable Named> places = new AtomicReferenceArray<>(REMEMBERED);
        private final Doorkeeper doorkeeper = new Doorkeeper(REMEMBERED);

        @Nullable
        Named find(PreparedLimit limit, SubjectPart[] types, String[] values, int count, int hashCode) {
            int place = place(hashCode);
            for (int i = 0; i < PLACES; i++) {
                Named known = places.get(place ^ i);
                if (known == null || known.isFor(limit, types, values, count)) {
                    return known;
                }
            }
            return null;
        }

        void keep(Named fresh, int hashCode) {
            int place = place(hashCode);
            int free = 0;
            while (free < PLACES && places.get(place ^ free) != null) {
                free++;
            }
            if (free == PLACES) {
                if (!doorkeeper.admits(hashCode)) {
                    return;
                }
                free = (hashCode >>> 16) & (PLACES - 1);
            }
            places.set(place ^ free, fresh);
        }

        private static int place(int hashCode) {
            return (hashCode ^ (hashCode >>> 15)) & (REMEMBERED - 1);
        }
    }

    /** A subject's name under a limit. */
    private static final class Named {
        private final PreparedLimit limit;
        private final SubjectPart[] types;
        private final String[] values;
        private final String key;
        private final Optional<String> twin;

        Named(PreparedLimit limit, SubjectPart[] types, String[] values, String key, Optional<String> twin) {
            this.limit = limit;
            this.types = types;
            this.values = values;
            this.key = key;
            this.twin = twin;
        }

        @SuppressWarnings("ReferenceEquality") // one instance for each limit of a policy
        boolean isFor(PreparedLimit otherLimit, SubjectPart[] otherTypes, String[] otherValues, int count) {
            return limit == otherLimit
                    && Arrays.equals(types, 0, types.length, otherTypes, 0, count)
                    && Arrays.equals(values, 0, values.length, otherValues, 0, count);
        }
    }

    private static boolean contains(SubjectPart[] types, int count, SubjectPart type) {
        for (int i = 0; i < count; i++) {
            if (types[i].equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** Type and length before each value, so that no two lists of parts have the same bytes. */
    private static byte[] encode(SubjectPart[] types, String[] values, int from, int to) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = from; i < to; i++) {
            byte[] type = types[i].toString().getBytes(StandardCharsets.US_ASCII);
            byte[] value = values[i].getBytes(StandardCharsets.UTF_8);
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(type.length).array());
            bytes.writeBytes(type);
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(value.length).array());
            bytes.writeBytes(value);
        }
        return bytes.toByteArray();
    }

    private static String plain(SubjectPart[] types, String[] values, int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(i > from ? "," : "").append(types[i]).append('=');
            percentEncode(values[i], text);
        }
        return text.toString();
    }

    private static void percentEncode(String value, StringBuilder encoded) {
        for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (octet & 0xFF);
            if (character < 0x80 && (Character.isLetterOrDigit(character) || UNRESERVED.indexOf(character) >= 0)) {
                encoded.append(character);
            } else {
                encoded.append('%').append(HEX.charAt(character >> 4)).append(HEX.charAt(character & 0xF));
            }
        }
    }
}
