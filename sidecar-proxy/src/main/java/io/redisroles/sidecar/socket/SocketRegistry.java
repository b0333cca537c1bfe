package io.redisroles.sidecar.socket;

import io.redisroles.contract.Identifiers;
import io.redisroles.contract.KeyNames;
import io.redisroles.sidecar.config.ActiveKeys.Hashes;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.telemetry.SocketMetrics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells Redis which WebSockets this sidecar has open and whose they are. Everything happens on one executor, so that what is
 * told of a user is told in order; changes of one moment and all renewals go in few calls. What Redis does not hear it
 * forgets within a lease, so nothing is ever asked twice: a call that fails is made good by the next renewal. Safe for all
 * threads.
 */
public final class SocketRegistry implements AutoCloseable {
    public static final Script SCRIPT = Script.fromResource(SocketRegistry.class, "presence.lua");

    private static final int MOST_KEYS_PER_CALL = 500;
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final long LAST_WORD_MILLIS = 500;

    private final RedisStore store;
    private final ScheduledExecutorService executor;
    private final LongSupplier nanoTime;
    private final Supplier<String> ids;
    private final Supplier<Hashes> hashes;
    private final PresenceTerms terms;
    private final SocketMetrics metrics;
    private final String sidecar;

    private final Map<String, Attendee> attendees = new HashMap<>();
    private final Set<Attendee> changed = new LinkedHashSet<>();
    private boolean flushing;
    private boolean retrying;
    private CompletionStage<?> told = CompletableFuture.completedStage(null);

    /**
     * A registry that has nothing to tell yet.
     *
     * @param executor with one thread, which never blocks
     * @param nanoTime a monotonic clock
     * @param ids names that nobody can guess and nobody else uses
     * @param hashes hide users where the policy says so
     */
    public SocketRegistry(
            RedisStore store,
            ScheduledExecutorService executor,
            LongSupplier nanoTime,
            Supplier<String> ids,
            Supplier<Hashes> hashes,
            PresenceTerms terms,
            SocketMetrics metrics) {
        this.store = store;
        this.executor = executor;
        this.nanoTime = nanoTime;
        this.ids = ids;
        this.hashes = hashes;
        this.terms = terms;
        this.metrics = metrics;
        this.sidecar = ids.get();
    }

    /** Begins to renew. */
    public void start() {
        long millis = terms.renewal().toMillis();
        var unused = executor.scheduleWithFixedDelay(this::renew, millis, millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Registers a socket.
     *
     * @param user whose it is
     * @param identifiers how users appear in keys and values
     * @param policy by which it was admitted, {@code <namespace>/<name>}
     */
    public Attendance open(String user, Identifiers identifiers, String policy) {
        String name = name(user, identifiers);
        OpenOne socket = new OpenOne(KeyNames.socket(ids.get()));
        executor.execute(() -> {
            Attendee attendee = attendees.computeIfAbsent(name, Attendee::new);
            attendee.policy = policy;
            attendee.sockets.add(socket);
            socket.attendee = attendee;
            change(attendee);
        });
        return socket;
    }

    /** Waits for a short time until Redis has heard of the last changes. */
    @Override
    public void close() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        executor.execute(() -> {
            flush();
            told.whenComplete((answer, failure) -> done.complete(null));
        });
        var unused = done.completeOnTimeout(null, LAST_WORD_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }

    private String name(String user, Identifiers identifiers) {
        return identifiers == Identifiers.HASHED ? hashes.get().current().tag(user) : percentEncoded(user);
    }

    private void change(Attendee attendee) {
        changed.add(attendee);
        if (!flushing) {
            flushing = true;
            executor.execute(this::flush);
        }
    }

    private void renew() {
        retrying = false;
        changed.addAll(attendees.values());
        flush();
    }

    private void flush() {
        flushing = false;
        Iterator<Attendee> waiting = changed.iterator();
        while (waiting.hasNext()) {
            tell(waiting);
        }
        for (Attendee attendee : changed) {
            if (attendee.sockets.isEmpty()) {
                attendees.remove(attendee.name);
            }
        }
        changed.clear();
    }

    /** One call, about as many users as fit. */
    private void tell(Iterator<Attendee> waiting) {
        List<String> keys = new ArrayList<>();
        List<String> arguments = new ArrayList<>(List.of(
                Long.toString(terms.lease().toMillis()),
                Long.toString(terms.hold().toMillis()),
                Long.toString(terms.offlineMemory().toMillis()),
                sidecar));
        while (waiting.hasNext() && keys.size() < MOST_KEYS_PER_CALL) {
            waiting.next().describe(keys, arguments);
        }
        CompletionStage<List<Object>> call = store.evaluate(SCRIPT, keys, arguments);
        told = call;
        var unused = call.whenComplete((states, failure) -> {
            metrics.presenceTold(failure == null);
            if (failure != null) {
                executor.execute(this::retry);
            }
        });
    }

    private void retry() {
        if (!retrying) {
            retrying = true;
            var unused = executor.schedule(this::renew, RETRY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static String percentEncoded(String user) {
        StringBuilder encoded = new StringBuilder(user.length());
        for (byte octet : user.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (octet >= 'a' && octet <= 'z')
                    || (octet >= 'A' && octet <= 'Z')
                    || (octet >= '0' && octet <= '9')
                    || "-._~".indexOf(octet) >= 0;
            if (plain) {
                encoded.append((char) octet);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit((octet >> 4) & 0xF, 16)))
                        .append(Character.toUpperCase(Character.forDigit(octet & 0xF, 16)));
            }
        }
        return encoded.toString();
    }

    /** One user, as far as this sidecar knows. Used on the executor, but for {@link #away}. */
    private final class Attendee {
        private final String name;
        private final Collection<OpenOne> sockets = new LinkedHashSet<>();
        private final List<String> closed = new ArrayList<>();
        private String policy = "";
        private volatile boolean away;

        Attendee(String name) {
            this.name = name;
        }

        void describe(List<String> keys, List<String> arguments) {
            keys.add(KeyNames.presence(name));
            keys.add(KeyNames.presenceHolds(name));
            sockets.forEach(socket -> keys.add(socket.key));
            keys.addAll(closed);
            arguments.add(name);
            arguments.add(policy);
            arguments.add(state().text());
            arguments.add(Integer.toString(sockets.size()));
            arguments.add(Integer.toString(closed.size()));
            closed.clear();
        }

        private PresenceState state() {
            if (sockets.isEmpty()) {
                return PresenceState.OFFLINE;
            }
            away = true; // before the times are read: a message from now on says so itself
            long now = nanoTime.getAsLong();
            for (OpenOne socket : sockets) {
                if (now - socket.lastNanos < terms.awayAfter().toNanos()) {
                    away = false;
                    return PresenceState.ONLINE;
                }
            }
            return PresenceState.AWAY;
        }
    }

    /** One open socket. */
    private final class OpenOne implements Attendance {
        private final String key;
        private volatile long lastNanos = nanoTime.getAsLong();
        private volatile @Nullable Attendee attendee;

        OpenOne(String key) {
            this.key = key;
        }

        @Override
        public void active() {
            lastNanos = nanoTime.getAsLong();
            Attendee of = attendee;
            if (of != null && of.away) {
                of.away = false; // one word is enough
                executor.execute(() -> change(of));
            }
        }

        @Override
        public void close() {
            executor.execute(() -> {
                Attendee of = attendee;
                if (of != null && of.sockets.remove(this)) {
                    of.closed.add(key);
                    change(of);
                }
            });
        }
    }
}
