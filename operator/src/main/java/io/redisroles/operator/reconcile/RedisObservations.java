package io.redisroles.operator.reconcile;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.redisroles.operator.plan.MemoryPlan;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisInspector;
import io.redisroles.operator.redis.RedisLogin;
import io.redisroles.operator.telemetry.RoleLoad;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Asks every role's Redis what it is, and has it made as wished, again and again and off the reconcile threads, and keeps the
 * last answer of each. Says so when an answer would change a status; that a server does not answer which did, or whose role is
 * Ready, is believed when it has missed several questions, because one is missed by any busy machine, and the first ones by an
 * operator that has just started. Safe for all threads.
 */
final class RedisObservations {
    private static final Duration STEADY = Duration.ofSeconds(5);
    /** However many roles there are: what somebody changed inside Redis is mended within half a minute. */
    private static final Duration SLOWEST = Duration.ofSeconds(20);
    /** What steady roles may cost together: each question takes milliseconds of CPU here and in Redis. */
    private static final int QUESTIONS_PER_SECOND = 64;

    private static final Duration IMPATIENT = Duration.ofSeconds(1);
    private static final Duration BUSY = Duration.ofMillis(200);
    private static final int AT_ONCE = 32;
    /** So many questions in a row, a second and their time-out apart, are not answered by a server that is gone. */
    private static final int SILENT = 3;

    private static final Observation UNKNOWN = new Observation.Unknown();

    private final Function<RedisInspector.Question, CompletionStage<Observation>> inspector;
    private final Consumer<ResourceID> changed;
    private final ScheduledExecutorService clock;
    private final RandomGenerator jitter;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Map<ResourceID, Watch> watches = new ConcurrentHashMap<>();
    private final Map<ResourceID, Turn> turns = new ConcurrentHashMap<>();
    private final Map<ResourceID, List<String>> repairs = new ConcurrentHashMap<>();

    /**
     * @param inspector asks one server; always completes normally
     * @param changed is told of a role whose status the new answer would change
     */
    RedisObservations(
            Function<RedisInspector.Question, CompletionStage<Observation>> inspector,
            Consumer<ResourceID> changed,
            ScheduledExecutorService clock,
            RandomGenerator jitter) {
        this.inspector = inspector;
        this.changed = changed;
        this.clock = clock;
        this.jitter = jitter;
    }

    /**
     * Whom to ask what.
     *
     * @param pod the uid of the pod: another pod's answers are not its own
     * @param question with what the server should have: an answer to another wish says nothing of this one
     */
    record Target(String pod, RedisInspector.Question question) {}

    /**
     * What a reconcile wants to know of a role's Redis.
     *
     * @param target empty while there is nobody to ask
     * @param ready whether the role is Ready: it is then asked less often
     * @param wanted false once the role is gone: asking then ends
     * @param matters whether an answer would change the status as last written
     */
    record Interest(Optional<Target> target, boolean ready, BooleanSupplier wanted, Predicate<Observation> matters) {}

    /**
     * @param latest the answer to the question that is asked now
     * @param before the last answer of the same pod to an earlier question
     * @param missed questions in a row that the server did not answer, and was not yet believed to be gone
     */
    private record Watch(Interest interest, Observation latest, Observation before, int missed) {
        Watch(Interest interest) {
            this(interest, UNKNOWN, UNKNOWN, 0);
        }

        /** The last answer of this pod to any question. */
        Observation lastKnown() {
            return latest instanceof Observation.Unknown ? before : latest;
        }

        Watch next(Interest next) {
            if (isOf(next.target)) {
                return new Watch(next, latest, before, missed);
            }
            return new Watch(next, UNKNOWN, pod(next.target).equals(pod(interest.target)) ? lastKnown() : UNKNOWN, 0);
        }

        Watch next(Observation answer) {
            boolean believed = !(answer instanceof Observation.Unreachable)
                    || !(latest instanceof Observation.Answered || isAwaited())
                    || missed + 1 == SILENT;
            return believed ? new Watch(interest, answer, answer, 0) : new Watch(interest, latest, before, missed + 1);
        }

        /** Nobody has asked it this yet, and it answered when its status was written, maybe by another process. */
        private boolean isAwaited() {
            return interest.ready && latest instanceof Observation.Unknown;
        }

        static Optional<String> pod(Optional<Target> target) {
            return target.map(Target::pod);
        }

        boolean isOf(Optional<Target> target) {
            return interest.target.equals(target);
        }
    }

    /** The last answer of this pod's Redis. */
    Observation latest(ResourceID role, Optional<Target> target) {
        return Optional.ofNullable(watches.get(role))
                .filter(watch -> watch.isOf(target))
                .map(Watch::latest)
                .orElse(UNKNOWN);
    }

    /** The last answer of this pod's Redis, whatever it was asked. */
    Observation latest(ResourceID role, String pod) {
        return Optional.ofNullable(watches.get(role))
                .filter(watch -> watch.interest
                        .target
                        .filter(target -> target.pod().equals(pod))
                        .isPresent())
                .map(Watch::lastKnown)
                .orElse(UNKNOWN);
    }

    /** Whether the role's Redis has proved to have exactly the users of {@code revision}. */
    boolean hasProved(ResourceID role, String revision) {
        return latest(role)
                .facts()
                .filter(facts -> facts.aclRevision().equals(revision))
                .isPresent();
    }

    /** The last answer of whichever pod the role has. */
    Observation latest(ResourceID role) {
        return Optional.ofNullable(watches.get(role)).map(Watch::lastKnown).orElse(UNKNOWN);
    }

    /** What every role's server said last of its load. */
    List<RoleLoad> loads() {
        return watches.entrySet().stream()
                .flatMap(watch -> watch.getValue().lastKnown().facts().stream()
                        .map(facts -> new RoleLoad(
                                watch.getKey().getNamespace().orElse(""),
                                watch.getKey().getName(),
                                facts.load().untilFull(),
                                MemoryPlan.limitFor(
                                        facts.maxMemory(), facts.load().copied()),
                                facts.load().aofSize())))
                .toList();
    }

    /** What was found changed in the role's Redis, and mended, since this was last asked. */
    List<String> takeRepairs(ResourceID role) {
        return Optional.ofNullable(repairs.remove(role)).orElse(List.of());
    }

    /** What the operator last logged in with, or tried to. */
    Optional<RedisLogin> login(ResourceID role) {
        return Optional.ofNullable(watches.get(role))
                .flatMap(watch -> watch.interest.target)
                .map(target -> target.question().login());
    }

    /** Starts asking, or goes on with another interest; a new target is asked at once. */
    void watch(ResourceID role, Interest interest) {
        AtomicBoolean fresh = new AtomicBoolean();
        watches.compute(role, (id, known) -> {
            fresh.set(known == null || !known.isOf(interest.target));
            return known == null ? new Watch(interest) : known.next(interest);
        });
        Turn turn = turns.computeIfAbsent(role, Turn::new);
        if (fresh.get()) {
            turn.now();
        }
    }

    /**
     * Whose turn it is to be asked: a role is asked one question at a time, and one that comes up meanwhile is asked right
     * after. The monitor guards both fields.
     */
    private final class Turn {
        private final ResourceID role;
        private boolean running;
        private boolean again;
        private Optional<Future<?>> next = Optional.empty();

        Turn(ResourceID role) {
            this.role = role;
        }

        synchronized void now() {
            if (running) {
                again = true;
            } else {
                next.ifPresent(planned -> planned.cancel(false));
                schedule(Duration.ZERO);
            }
        }

        synchronized void after(Duration delay) {
            running = false;
            schedule(again ? Duration.ZERO : delay);
            again = false;
        }

        /** Nobody is interested any more, unless somebody has come meanwhile. */
        synchronized void end() {
            running = false;
            if (again) {
                again = false;
                turns.put(role, this);
                schedule(Duration.ZERO);
            }
        }

        private void schedule(Duration delay) {
            long millis = delay.toMillis();
            long spread = millis / 5;
            if (!clock.isShutdown()) {
                next = Optional.of(clock.schedule(
                        this::begin,
                        spread == 0 ? millis : millis - spread / 2 + jitter.nextLong(spread),
                        TimeUnit.MILLISECONDS));
            }
        }

        private void begin() {
            synchronized (this) {
                if (running) {
                    return;
                }
                running = true;
            }
            ask(role, this);
        }
    }

    private void ask(ResourceID role, Turn turn) {
        Watch watch = watches.get(role);
        if (watch == null || !watch.interest.wanted.getAsBoolean()) {
            watches.remove(role);
            repairs.remove(role);
            turns.remove(role, turn);
            turn.end();
            return;
        }
        Interest interest = watch.interest;
        if (interest.target.isEmpty()) {
            turn.after(IMPATIENT);
        } else if (!free.tryAcquire()) {
            turn.after(BUSY);
        } else {
            Target target = interest.target.get();
            inspector.apply(target.question()).whenComplete((answer, failure) -> {
                free.release();
                boolean steady = interest.ready && answer instanceof Observation.Answered;
                turn.after(steady ? pause(watches.size()) : IMPATIENT);
                if (failure == null) {
                    take(role, target, answer);
                }
            });
        }
    }

    /** Between two questions to a steady role, of so many. */
    static Duration pause(int roles) {
        Duration shared = Duration.ofMillis(1000L * roles / QUESTIONS_PER_SECOND);
        return Collections.min(List.of(SLOWEST, Collections.max(List.of(STEADY, shared))));
    }

    private void take(ResourceID role, Target asked, Observation answer) {
        List<String> repaired = answer instanceof Observation.Answered answered
                ? answered.changes().repaired()
                : List.of();
        if (!repaired.isEmpty()) {
            repairs.merge(role, repaired, (before, more) -> before.equals(more) ? before : more);
        }
        Watch watch = watches.computeIfPresent(
                role, (id, known) -> known.isOf(Optional.of(asked)) ? known.next(answer) : known);
        boolean matters = watch != null
                && watch.isOf(Optional.of(asked))
                && watch.latest != UNKNOWN
                && watch.interest.matters.test(watch.latest);
        if (matters || !repaired.isEmpty()) {
            changed.accept(role);
        }
    }
}
