package io.redisroles.sidecar.admission;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.PolicySection.Rule;
import io.redisroles.sidecar.limit.Charge;
import io.redisroles.sidecar.limit.LimitDecision;
import io.redisroles.sidecar.limit.RateLimiter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The Message limits of one WebSocket: one decision of all of them for each message, those of one read asked for together, so
 * that they share the way to Redis.
 */
final class MessageLimits implements MessageGate {
    private static final int MOST_AT_ONCE = 64;

    private final Rule rule;
    private final Supplier<List<Charge>> charges;
    private final RateLimiter limiter;
    private final DecisionLog log;
    private final boolean paced;

    /**
     * Limits messages.
     *
     * @param charges what each message of a read asks, of the counters as they are named then
     */
    MessageLimits(Rule rule, Supplier<List<Charge>> charges, RateLimiter limiter, DecisionLog log) {
        this.rule = rule;
        this.charges = charges;
        this.limiter = limiter;
        this.log = log;
        this.paced =
                charges.get().stream().anyMatch(charge -> charge.limit().algorithm() instanceof Algorithm.LeakyBucket);
    }

    @Override
    public boolean isOpen() {
        return false;
    }

    @Override
    public int mostAtOnce() {
        return paced ? 1 : MOST_AT_ONCE;
    }

    @Override
    public CompletionStage<Integer> admit(int messages, ScheduledExecutorService timer) {
        List<Charge> asked = charges.get();
        List<CompletableFuture<Ruling>> rulings = new ArrayList<>(messages);
        for (int i = 0; i < messages; i++) {
            CompletableFuture<Ruling> ruling = rule(asked);
            rulings.add(ruling);
            if (ruling.isDone() && !ruling.join().admitted()) {
                break; // the socket ends with this one
            }
        }
        CompletableFuture<?>[] all = rulings.toArray(CompletableFuture[]::new);
        CompletableFuture<Void> done = CompletableFuture.allOf(all);
        if (done.isDone()) {
            return after(rulings, timer);
        }
        return done.thenCompose(nothing -> after(rulings, timer));
    }

    private CompletableFuture<Ruling> rule(List<Charge> asked) {
        CompletableFuture<LimitDecision> decision = limiter.acquire(asked).toCompletableFuture();
        return decision.isDone() && !decision.isCompletedExceptionally()
                ? CompletableFuture.completedFuture(ruling(decision.join()))
                : decision.thenApply(this::ruling).exceptionally(failure -> undecided());
    }

    private Ruling ruling(LimitDecision decision) {
        decision.permit().close(); // a message is over once it has passed
        Verdict verdict = decision.admitted() ? Admission.admitted(decision) : Admission.exceeded(decision);
        log.decided(rule, verdict);
        return new Ruling(decision.admitted(), false, decision.delayMicros());
    }

    private Ruling undecided() {
        log.decided(rule, new Verdict.Reject(Problem.STORE_UNAVAILABLE, "", List.of(), DecisionSource.LOCAL));
        return new Ruling(false, true, 0);
    }

    /** How many may pass, once they may. */
    private static CompletionStage<Integer> after(
            List<CompletableFuture<Ruling>> rulings, ScheduledExecutorService timer) {
        int admitted = 0;
        long delayMicros = 0;
        for (CompletableFuture<Ruling> decided : rulings) {
            Ruling ruling = decided.join();
            if (!ruling.admitted()) {
                if (ruling.undecided() && admitted == 0) {
                    admitted = UNDECIDED;
                }
                break;
            }
            admitted++;
            delayMicros = Math.max(delayMicros, ruling.delayMicros());
        }
        if (delayMicros == 0) {
            return CompletableFuture.completedStage(admitted);
        }
        CompletableFuture<Integer> later = new CompletableFuture<>();
        int passing = admitted;
        var unused = timer.schedule(() -> later.complete(passing), delayMicros, TimeUnit.MICROSECONDS);
        return later;
    }

    /**
     * What was decided of one message.
     *
     * @param undecided not admitted because Redis did not answer
     */
    private record Ruling(boolean admitted, boolean undecided, long delayMicros) {}
}
