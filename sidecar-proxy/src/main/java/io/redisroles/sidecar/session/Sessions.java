package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.redis.TrackingConnection;
import io.redisroles.sidecar.redis.TrackingConnection.Link;
import io.redisroles.sidecar.session.SessionReads.Purpose;
import io.redisroles.sidecar.telemetry.SessionMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in Redis. One that was read over the tracking connection is known until Redis says that it changed, or until one
 * of its deadlines has passed; without that connection every request reads it. Its expiry is moved in Redis once a minute at
 * most. Safe for all threads.
 */
public final class Sessions implements SessionValidator, TrackingConnection.Reader, AutoCloseable {
    /** What the connections load. */
    public static final List<Script> SCRIPTS =
            List.of(SessionReads.SESSION, SessionReads.USER_STATE, TokenUsage.SCRIPT);

    /** How often Redis is told which sessions are in use that it is not asked for, so that it does not evict them. */
    private static final long TOUCH_NANOS = Duration.ofSeconds(10).toNanos();

    private static final int TOUCHED_AT_ONCE = 500;
    /** A few hundred bytes each. */
    static final int CAPACITY = 10_000;

    private final SessionReads reads;
    private final SeenSessions seen;
    private final boolean caching;
    private final SessionMetrics metrics;
    private final LongSupplier nanos;
    private final TrackedCache<KnownSession> known = new TrackedCache<>(CAPACITY);
    private final TokenUsage usage;
    private final OpenWatches watches;
    private final JwtSessions jwts;
    private final TrackingConnection tracking;
    private final AtomicBoolean started = new AtomicBoolean();
    private volatile long touched;

    /**
     * Sessions.
     *
     * @param store asked while there is no tracking connection
     * @param connect makes the tracking connection, for its reader
     * @param caching whether a session that is known is not asked for
     * @param background where reading a file or an address may block
     * @param clocks of deadlines
     */
    public Sessions(
            RedisStore store,
            Function<TrackingConnection.Reader, TrackingConnection> connect,
            SeenSessions seen,
            boolean caching,
            SessionMetrics metrics,
            Executor background,
            Clocks clocks) {
        this.reads = new SessionReads(store, seen, clocks.wall());
        this.seen = seen;
        this.caching = caching;
        this.metrics = metrics;
        this.nanos = clocks.nanos();
        this.usage = new TokenUsage(store, metrics);
        this.touched = this.nanos.getAsLong();
        this.tracking = connect.apply(this);
        this.watches = new OpenWatches(reads, this::link, metrics, clocks);
        this.jwts = new JwtSessions(reads, seen, this::link, caching, background, metrics, clocks);
    }

    /** Begins to connect; without this the first request does. Completes when that was tried once. */
    public CompletionStage<Void> start() {
        return started.compareAndSet(false, true) ? tracking.start() : CompletableFuture.completedFuture(null);
    }

    private void begin() {
        if (!started.get()) {
            var unused = start();
        }
    }

    /** Tells when the session behind something that stays open ends. */
    public SessionWatch watch() {
        return watches;
    }

    @Override
    public CompletionStage<SessionVerdict> validate(RequestFields request, PolicySection policy) {
        Credential credential = CredentialReader.read(policy.session().sources(), request);
        if (credential instanceof Credential.SessionId id) {
            String key = policy.session().prefix().concat(id.value());
            return find(Proof.Kind.SESSION, key, id.value(), id.cookie(), policy);
        }
        if (credential instanceof Credential.BearerToken token) {
            String key = policy.session().tokenPrefix().concat(token.sha256());
            return find(Proof.Kind.TOKEN, key, token.sha256(), false, policy);
        }
        if (credential instanceof Credential.ApiKey shown) {
            String key = policy.session().apiKeyPrefix().concat(shown.sha256());
            return find(Proof.Kind.API_KEY, key, shown.sha256(), false, policy);
        }
        if (credential instanceof Credential.JwtToken token) {
            begin();
            return jwts.validate(token.text(), policy);
        }
        return CompletableFuture.completedFuture(
                credential instanceof Credential.Malformed malformed
                        ? SessionVerdict.Invalid.of(malformed.bearer())
                        : SessionVerdict.Missing.INSTANCE);
    }

    private CompletionStage<SessionVerdict> find(
            Proof.Kind kind, String key, String identity, boolean cookie, PolicySection policy) {
        long now = nanos.getAsLong();
        KnownSession found = caching ? known.find(key, now) : null;
        if (found != null && found.isOf(kind, policy)) {
            metrics.known();
            used(found, now);
            return found.hit(cookie);
        }
        metrics.asked();
        begin();
        return ask(new Reference(kind, key, identity), cookie, policy, now);
    }

    private CompletionStage<SessionVerdict> ask(Reference reference, boolean cookie, PolicySection policy, long now) {
        Link link = caching ? link(now) : null;
        CompletionStage<Optional<KnownSession>> read =
                link != null && link.isAnswering() && known.admits(reference.key(), now)
                        ? known.load(reference.key(), link, () -> read(link, reference, policy))
                        : read(null, reference, policy); // what is not kept shares the way of the limits
        return read.thenApply(found -> {
            if (found.isEmpty()) {
                return SessionVerdict.Invalid.of(reference.isBearer());
            }
            usage.used(found.get(), nanos.getAsLong());
            return found.get().verdict(cookie, false);
        });
    }

    private CompletionStage<Optional<KnownSession>> read(
            @Nullable Link link, Reference reference, PolicySection policy) {
        long sent = nanos.getAsLong();
        return reads.session(link, reference, policy, link == null ? Purpose.PASS : Purpose.USE)
                .thenApply(found -> found.map(record -> new KnownSession(reference, record, policy, sent)));
    }

    /** A known session was used. */
    private void used(KnownSession found, long now) {
        usage.used(found, now);
        if (found.mustTell(now)) {
            seen.seen(found.session().identity(), found.nowMillis(now));
        }
        if (found.mustRenew(now)) {
            renew(found);
        }
    }

    private void renew(KnownSession old) {
        Link link = link(nanos.getAsLong());
        if (link == null) {
            old.notRenewed(nanos.getAsLong());
            return;
        }
        Reference reference = Reference.of(old.session());
        read(link, reference, old.policy()).whenComplete((found, failure) -> {
            if (failure != null) {
                old.notRenewed(nanos.getAsLong());
            } else if (found.isPresent()) {
                known.renew(reference.key(), old, found.get());
            } else {
                changed(reference.key());
            }
        });
    }

    private @Nullable Link link() {
        return link(nanos.getAsLong());
    }

    private @Nullable Link link(long now) {
        Link link = tracking.link();
        return link != null && link.isLive(now) ? link : null;
    }

    @Override
    public void changed(String key) {
        metrics.changed();
        known.changed(key);
        jwts.changed(key);
        watches.changed(key);
    }

    @Override
    public void changedAll() {
        known.clear();
        jwts.changedAll();
        watches.changedAll();
    }

    @Override
    public void connected() {
        watches.changedAll();
    }

    /** Does what is due; to be called twice a second. */
    public void tick() {
        long now = nanos.getAsLong();
        watches.tick(now);
        usage.tick(now);
        jwts.tick();
        if (now - touched >= TOUCH_NANOS) {
            touched = now;
            touch();
        }
    }

    /** How many are known, or being read. */
    int size() {
        return known.size();
    }

    /**
     * Tells Redis which sessions are in use although it is not asked for them, and which revocations, so that a Redis that
     * evicts takes others first.
     */
    void touch() {
        Link link = link();
        if (link == null) {
            return;
        }
        List<String> keys = new ArrayList<>(known.used(link, any -> true));
        keys.addAll(jwts.used(link));
        for (int from = 0; from < keys.size(); from += TOUCHED_AT_ONCE) {
            List<String> some = keys.subList(from, Math.min(from + TOUCHED_AT_ONCE, keys.size()));
            var unused = link.touch(some).thenAccept(there -> {
                if (there < some.size()) {
                    some.forEach(this::changed); // one of them has just gone
                }
            });
        }
    }

    @Override
    public void close() {
        usage.flush();
        tracking.close();
    }
}
