package io.redisroles.sidecar.limit;

import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SubjectPart;
import io.redisroles.sidecar.redis.FailureReason;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Leases of many sidecars, in a simulation: messages are lost and late, clocks are skewed, sidecars die. */
class LeasesTest {
    private static final long PER = 10_000_000;
    private static final long SUB_WINDOW = PER / 50;

    @Test
    void noWindowEverHoldsMoreThanTheLimitWhateverIsLostLateOrKilled() {
        for (int seed = 0; seed < 6; seed++) {
            // Given
            Random random = new Random(seed);
            World world = new World(random, 1000 + random.nextInt(2000), 1 + random.nextInt(4));
            world.loss = random.nextInt(3) * 0.05;
            world.latency = 200L + random.nextInt(40_000);

            // When
            world.runInPhases(60_000_000, random.nextBoolean());

            // Then
            assertThat(world.worstWindow()).as("seed %d", seed).isLessThanOrEqualTo(world.limit);
            world.assertRefusalsWereJust(seed);
            assertThat(world.byLease)
                    .as("seed %d: leases had a part in it", seed)
                    .isPositive();
        }
    }

    @Test
    void askingInVainLeavesNothingBehindThatWouldKeepASubjectFromBeingForgotten() {
        // Given
        World world = new World(new Random(1), 2000, 1);
        world.loss = 1;

        // When
        for (int i = 0; i < 40; i++) {
            world.in(1_000L * i, world.sidecars.get(0)::request);
        }
        world.settle(90_000);

        // Then
        assertThat(Lease.NONE.left()).isZero();
    }

    /** Held tokens are spent as late as may be, while others take all that Redis still has, and again when it has more. */
    @Test
    void tokensSpentAtTheLastMomentAreStillCountedWhenTheyAreSpent() {
        long spentLate = 0;
        for (long hold = 0; hold < 900_000; hold += 15_000) {
            // Given
            World world = new World(new Random(hold), 2000, 2);
            World.Sidecar holder = world.sidecars.get(0);
            for (int i = 0; i < 40; i++) {
                world.in(2_000L * i, holder::request);
            }
            world.settle(90_000);
            long before = world.byLease;

            // When
            for (long at = 0; at < PER + 20 * SUB_WINDOW; at += 5_000) {
                world.in(at, world::takeAll);
            }
            for (int i = 0; i < 100; i++) {
                world.in(hold, holder::request);
            }
            world.settle(PER + 20 * SUB_WINDOW);

            // Then
            assertThat(world.worstWindow()).as("held for %d us", hold).isLessThanOrEqualTo(world.limit);
            spentLate += world.byLease - before;
        }
        assertThat(spentLate).isPositive();
    }

    @Test
    void underPressureTheWholeLimitIsUsedUpToWhatLeasesHold() {
        // Given
        World world = new World(new Random(7), 2000, 4);

        // When
        world.run(40_000_000, 150);

        // Then: 600 a second ask for 200 a second
        assertThat(world.worstWindow()).isBetween(1900L, 2000L);
        assertThat(world.admitted.size())
                .as("in 40 s, the last three windows at their bound")
                .isGreaterThan(4 * 1900 - 400);
    }

    @Test
    void aHotSubjectCostsAFiftiethOfACallPerRequest() {
        // Given: 6,000 a minute, 25 a second, two sidecars
        World world = new World(new Random(3), 6000, 2, Duration.ofMinutes(1));

        // When
        world.run(60_000_000, 25);

        // Then
        assertThat(world.refused).isEmpty();
        double calls = (double) world.calls / world.admitted.size();
        assertThat(calls).as("calls per request").isLessThan(0.025);
        assertThat(world.byLease)
                .as("by lease, of %d", world.admitted.size())
                .isGreaterThan(world.admitted.size() * 97 / 100);
    }

    @Test
    void whatNobodyAsksForAnyMoreIsReturned() {
        // Given
        World world = new World(new Random(3), 6000, 2, Duration.ofMinutes(1));
        world.run(10_000_000, 50);
        long requests = world.admitted.size();

        // When
        world.settle(5_000_000);

        // Then
        assertThat(world.counted()).as("counted in Redis").isEqualTo(requests);
        assertThat(world.events).as("left to be done later").isEmpty();
    }

    @Test
    void onShutdownWhatWasNotSpentIsReturned() {
        // Given
        World world = new World(new Random(3), 6000, 2, Duration.ofMinutes(1));
        world.latency = 0;
        world.run(10_000_000, 50);
        assertThat(world.counted()).isGreaterThan(world.admitted.size());

        // When
        world.sidecars.forEach(sidecar -> sidecar.drain());
        world.settle(100_000);

        // Then
        assertThat(world.counted()).isEqualTo(world.admitted.size());
    }

    private record Event(long at, long order, Runnable action) {}

    /** Time is Redis' clock in microseconds. */
    private static final class World {
        private final Random random;
        private final long limit;
        private final Limit definition;
        private final ModelCounters counters = new ModelCounters();
        private final PriorityQueue<Event> events = new PriorityQueue<>((one, other) ->
                one.at != other.at ? Long.compare(one.at, other.at) : Long.compare(one.order, other.order));
        private final List<Sidecar> sidecars = new ArrayList<>();
        private final IdentityHashMap<LimitDecision, Long> decidedAt = new IdentityHashMap<>();
        private final List<Long> admitted = new ArrayList<>();
        private final List<Long> refused = new ArrayList<>();
        private long now = 1_800_000_000_123_456L;
        private long order;
        private long byLease;
        private long calls;
        private double loss;
        private long latency = 300;

        World(Random random, long limit, int sidecars) {
            this(random, limit, sidecars, Duration.ofSeconds(10));
        }

        World(Random random, long limit, int sidecars, Duration per) {
            this.random = random;
            this.limit = limit;
            this.definition = Limit.slidingWindow("api", List.of(SubjectPart.USER), limit, per);
            for (int i = 0; i < sidecars; i++) {
                this.sidecars.add(new Sidecar(sidecars));
            }
        }

        /** Each sidecar is asked {@code perSecond} times a second, evenly at random. */
        void run(long micros, int perSecond) {
            long end = now + micros;
            for (int i = 0; i < sidecars.size(); i++) {
                arrivals(i, end, perSecond);
            }
            play(end);
        }

        /** Each sidecar is asked now and then, often, or not at all for a while; leases are held, left, and spent late. */
        void runInPhases(long micros, boolean deaths) {
            for (long end = now + micros; now < end; ) {
                boolean quiet = random.nextInt(12) == 0;
                long length = quiet ? 11_000_000 : 20_000 + random.nextInt(1_200_000);
                for (int i = 0; i < sidecars.size() && !quiet; i++) {
                    arrivals(i, now + length, List.of(1, 30, 300, 3000).get(random.nextInt(4)));
                }
                play(now + length);
                if (deaths && random.nextInt(4) == 0) {
                    int victim = random.nextInt(sidecars.size());
                    sidecars.get(victim).dead = true;
                    sidecars.set(victim, new Sidecar(sidecars.size()));
                }
            }
        }

        void settle(long micros) {
            play(now + micros);
        }

        /** Somebody without leases takes everything that is left. */
        void takeAll() {
            Charge charge = sidecars.get(1).charge;
            while (((LimitDecision) counters.decide(List.of(new Ask.Debit(List.of(charge))), now)
                            .get(0))
                    .admitted()) {
                admitted.add(now);
            }
        }

        private void play(long end) {
            while (!events.isEmpty() && events.peek().at <= end) {
                Event event = events.poll();
                now = event.at;
                event.action.run();
            }
            now = end;
        }

        private void arrivals(int sidecar, long end, int perSecond) {
            long pause = (long) (-Math.log(1 - random.nextDouble()) * 1_000_000 / perSecond);
            in(pause, () -> {
                if (now < end) {
                    sidecars.get(sidecar).request();
                    arrivals(sidecar, end, perSecond);
                }
            });
        }

        private void in(long micros, Runnable action) {
            events.add(new Event(now + micros, order++, action));
        }

        long counted() {
            long from =
                    now / SlidingWindow.subWindowMicros(definition.algorithm().horizon());
            long sum = 0;
            for (long slot = from - 60; slot <= from + 1; slot++) {
                sum += counters.tokens("key", slot);
            }
            return sum;
        }

        long worstWindow() {
            List<Long> times = admitted.stream().sorted().toList();
            long worst = 0;
            int first = 0;
            for (int last = 0; last < times.size(); last++) {
                while (times.get(first) <= times.get(last) - PER) {
                    first++;
                }
                worst = Math.max(worst, last - first + 1);
            }
            return worst;
        }

        void assertRefusalsWereJust(int seed) {
            List<long[]> debits = counters.debits;
            int first = 0;
            int next = 0;
            long sum = 0;
            for (long refusal : refused.stream().sorted().toList()) {
                for (; next < debits.size() && debits.get(next)[0] <= refusal; next++) {
                    sum += debits.get(next)[1];
                }
                for (; debits.get(first)[0] <= refusal - PER - 2 * SUB_WINDOW; first++) {
                    sum -= debits.get(first)[1];
                }
                assertThat(sum)
                        .as("seed %d: admitted or leased in the window and its 25th before %d", seed, refusal)
                        .isGreaterThanOrEqualTo(limit);
            }
        }

        private final class Sidecar {
            private final long offset = random.nextLong();
            /** Parts per million by which its clock is too fast. */
            private final long skew = random.nextInt(400) - 200L;

            private final Charge charge;
            private final LeasedRateLimiter limiter;
            private boolean dead;

            Sidecar(int living) {
                charge = new Charge(new Terms(definition, definition.amount()), "key", living);
                limiter = new LeasedRateLimiter(
                        charges -> decide(List.of(new Ask.Debit(charges)))
                                .thenApply(replies -> (LimitDecision) replies.get(0)),
                        this::decide,
                        () -> offset + 1000 * now + now / 1000 * skew,
                        (nanos, task) -> in(nanos / 1000 + random.nextInt(1000), () -> {
                            if (!dead) {
                                task.run();
                            }
                        }),
                        16);
            }

            void request() {
                long asked = now;
                limiter.acquire(List.of(charge)).whenComplete((decision, failure) -> {
                    if (failure != null || dead) {
                        return;
                    }
                    boolean lease = decision.source() == LimitDecision.Source.LEASE;
                    long at = lease ? asked : decidedAt.getOrDefault(decision, 0L);
                    (decision.admitted() ? admitted : refused).add(at);
                    byLease += lease ? 1 : 0;
                });
            }

            void drain() {
                limiter.close();
            }

            private CompletableFuture<List<Reply>> decide(List<Ask> asks) {
                calls++;
                CompletableFuture<List<Reply>> answer = new CompletableFuture<>();
                if (random.nextDouble() < loss) {
                    in(
                            50_000,
                            () -> answer.completeExceptionally(new StoreUnavailableException(FailureReason.TIMEOUT)));
                    return answer;
                }
                in(delay(), () -> {
                    List<Reply> replies = counters.decide(asks, now);
                    for (Reply reply : replies) {
                        if (reply instanceof LimitDecision decision) {
                            decidedAt.put(decision, now);
                        }
                    }
                    if (random.nextDouble() < loss) {
                        in(
                                50_000,
                                () -> answer.completeExceptionally(
                                        new StoreUnavailableException(FailureReason.TIMEOUT)));
                    } else {
                        in(delay(), () -> answer.complete(replies));
                    }
                });
                return answer;
            }

            private long delay() {
                return latency == 0 ? 0 : random.nextLong(latency);
            }
        }
    }
}
