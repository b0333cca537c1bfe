package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.redis.TrackingConnection.Link;
import io.redisroles.sidecar.session.SessionReads.Purpose;
import io.redisroles.sidecar.telemetry.SessionMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions behind open connections. Each is looked at when Redis says that it changed, when its deadline has passed, and
 * after every time in which Redis could not say; while there is no tracking connection, once a second. Safe for all threads.
 */
final class OpenWatches implements SessionWatch {
    private static final Logger LOG = LoggerFactory.getLogger(OpenWatches.class);
    private static final long LONGEST_SECONDS = Duration.ofDays(366).toSeconds();
    private static final long UNTRACKED_NANOS = Duration.ofSeconds(1).toNanos();

    private final SessionReads reads;
    private final Supplier<@Nullable Link> link;
    private final SessionMetrics metrics;
    private final Clocks clocks;
    private final LongSupplier nanos;
    /** By the key of the record; those of one session share one look. */
    private final Map<String, Set<Open>> open = new ConcurrentHashMap<>();
    /** Looks that are under way: true if there has to be another one after. */
    private final Map<String, Boolean> looks = new ConcurrentHashMap<>();
    /** What could not be looked at. */
    private final Set<String> unsure = ConcurrentHashMap.newKeySet();

    private volatile long lookedAtAll;

    OpenWatches(SessionReads reads, Supplier<@Nullable Link> link, SessionMetrics metrics, Clocks clocks) {
        this.reads = reads;
        this.link = link;
        this.metrics = metrics;
        this.clocks = clocks;
        this.nanos = clocks.nanos();
        this.lookedAtAll = nanos.getAsLong();
    }

    @Override
    public Watch watch(Session session, PolicySection policy, Runnable onEnded) {
        Open watch = new Open(session, policy, onEnded);
        open.compute(watch.key, (key, others) -> {
            Set<Open> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(watch);
            return all;
        });
        metrics.watchBegun();
        look(watch.key);
        return watch;
    }

    void changed(String key) {
        Set<Open> watches = open.get(key);
        if (watches != null) {
            long now = nanos.getAsLong();
            watches.forEach(watch -> watch.changedAt = OptionalLong.of(now));
            look(key);
        }
    }

    void changedAll() {
        unsure.addAll(open.keySet());
    }

    void tick(long now) {
        boolean tracked = link.get() != null;
        if (!tracked && now - lookedAtAll >= UNTRACKED_NANOS) {
            lookedAtAll = now;
            changedAll();
        }
        for (Map.Entry<String, Set<Open>> entry : open.entrySet()) {
            for (Open watch : entry.getValue()) {
                if (watch.ends - now <= 0) {
                    unsure.add(entry.getKey());
                    break;
                }
            }
        }
        List<String> due = List.copyOf(unsure);
        unsure.removeAll(due);
        due.forEach(this::look);
    }

    private void look(String key) {
        if (!Boolean.TRUE.equals(looks.compute(key, (name, underWay) -> underWay != null))) {
            lookNow(key);
        }
    }

    private void lookNow(String key) {
        List<Open> watches = List.copyOf(open.getOrDefault(key, Set.of()));
        if (watches.isEmpty()) {
            looked(key);
            return;
        }
        Open any = watches.get(0);
        read(any, true).whenComplete((judgement, failure) -> {
            if (failure != null) {
                unsure.add(key);
            } else {
                watches.forEach(judgement::judge);
            }
            looked(key);
        });
    }

    /** Asks Redis, and keeps the session alive unless it is only looked at. */
    private CompletionStage<Judgement> read(Open any, boolean look) {
        if (any.session.proof().kind() != Proof.Kind.JWT) {
            long sent = nanos.getAsLong();
            return reads.session(link.get(), Reference.of(any.session), any.policy, look ? Purpose.LOOK : Purpose.USE)
                    .thenApply(found -> watch -> watch.judge(found, sent));
        }
        return any.key.isEmpty()
                ? CompletableFuture.completedFuture(watch -> watch.judge(0))
                : reads.userState(link.get(), any.key).thenApply(before -> watch -> watch.judge(before));
    }

    /** What a look has shown. */
    private interface Judgement {
        void judge(Open watch);
    }

    /** If something changed meanwhile, what was just read may be from before. */
    private void looked(String key) {
        if (looks.computeIfPresent(key, (name, another) -> another ? false : null) != null) {
            lookNow(key);
        }
    }

    private final class Open implements Watch {
        private final String key;
        private final Session session;
        private final PolicySection policy;
        private final Runnable onEnded;
        private final AtomicBoolean over = new AtomicBoolean();
        private volatile long ends;
        private volatile long again;
        private volatile OptionalLong changedAt = OptionalLong.empty();

        Open(Session session, PolicySection policy, Runnable onEnded) {
            this.key = session.proof().key();
            this.session = session;
            this.policy = policy;
            this.onEnded = onEnded;
            this.ends = nanos.getAsLong() + TimeUnit.DAYS.toNanos(1);
            this.again = ends;
        }

        void judge(Optional<SessionRecord> found, long sent) {
            if (found.isEmpty() || !found.get().user().equals(session.user())) {
                end();
                return;
            }
            KnownSession known = new KnownSession(Reference.of(session), found.get(), policy, sent);
            ends = known.ends();
            again = known.again();
            changedAt = OptionalLong.empty();
        }

        void judge(long revokedBefore) {
            long left = session.proof().endsAt() + VerifiedJwt.SKEW - clocks.seconds();
            if (left <= 0 || !VerifiedJwt.isIssuedAfter(session, revokedBefore)) {
                end();
                return;
            }
            ends = nanos.getAsLong() + TimeUnit.SECONDS.toNanos(Math.min(left, LONGEST_SECONDS));
            again = ends;
            changedAt = OptionalLong.empty();
        }

        private void end() {
            if (!finish()) {
                return;
            }
            metrics.watchEnded();
            changedAt.ifPresent(since -> metrics.revokedAfter(nanos.getAsLong() - since));
            try {
                onEnded.run();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("What stands behind an ended session could not be told");
            }
        }

        @Override
        public void active() {
            long now = nanos.getAsLong();
            if (again - now > 0 || over.get()) {
                return;
            }
            again = now + UNTRACKED_NANOS; // so that one message of many does it
            var unused = read(this, false).thenAccept(judgement -> judgement.judge(this));
        }

        @Override
        public void close() {
            finish();
        }

        private boolean finish() {
            if (!over.compareAndSet(false, true)) {
                return false;
            }
            open.computeIfPresent(key, (name, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
            metrics.watchOver();
            return true;
        }
    }
}
