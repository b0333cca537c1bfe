package io.redisroles.sidecar.socket;

import io.redisroles.contract.KeyNames;
import io.redisroles.redisprocess.ScratchRedis;
import io.redisroles.sidecar.TestStore;
import io.redisroles.sidecar.redis.Script;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import static org.assertj.core.api.Assertions.assertThat;

/** The script, on a real Redis whose clock is a key of the test's, against the model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PresenceScriptTest {
    private static final String REAL_CLOCK =
            "local time = redis.call('TIME')\n  return time[1] * 1000 + math.floor(time[2] / 1000)";
    /** Long, so that no key expires by the real clock while its history is played. */
    private static final PresenceTerms TERMS =
            new PresenceTerms(Duration.ofHours(3), Duration.ofMinutes(5), Duration.ofHours(9));

    private static final List<PresenceState> STATES = List.of(PresenceState.values());
    private static final int HISTORIES = 60;
    private static final int STEPS = 40;

    private final ScratchRedis redis = ScratchRedis.start();
    private final TestStore store = new TestStore(redis);
    private Script script = SocketRegistry.SCRIPT;

    @BeforeAll
    void replaceTheClock() {
        assertThat(script.text()).contains(REAL_CLOCK);
        script = Script.of(script.text().replace(REAL_CLOCK, "return tonumber(redis.call('GET', 'clock'))"));
    }

    @AfterAll
    void stop() {
        store.close();
        redis.close();
    }

    @Test
    void everyStateIsTheModels() {
        for (int seed = 0; seed < HISTORIES; seed++) {
            // Given
            Random random = new Random(seed);
            Presence model = new Presence(TERMS);
            long now = 1_800_000_000_000L;
            store.command("FLUSHALL");

            for (int step = 0; step < STEPS; step++) {
                now += step(random);
                expire(model, now);
                assertThat(read()).as("seed %d, before step %d", seed, step).isEqualTo(model.read(now));
                String sidecar = "sidecar-" + random.nextInt(3);
                PresenceState mine = STATES.get(random.nextInt(3));

                // When
                PresenceState told = tell(now, sidecar, mine);

                // Then
                assertThat(told).as("seed %d, step %d", seed, step).isEqualTo(model.tell(now, sidecar, mine));
                assertThat(read()).isEqualTo(model.read(now));
                assertThat(store.command("EXISTS", KeyNames.presenceHolds("alice")))
                        .isEqualTo(model.isUnheld(now) ? "0" : "1");
                assertEveryKeyExpires();
            }
        }
    }

    @Test
    void aDeadSidecarsWordIsOutWithinTheLeaseOfTheOthers() {
        // Given
        Presence model = new Presence(TERMS);
        long lease = TERMS.lease().toMillis();
        long renewal = TERMS.renewal().toMillis();
        model.tell(0, "dead", PresenceState.ONLINE);
        for (long offset = 1; offset <= renewal; offset += renewal / 7) {
            PresenceState last = PresenceState.ONLINE;

            // When
            for (long now = offset; now <= lease; now += renewal) {
                last = model.tell(now, "other", PresenceState.AWAY);
            }

            // Then
            assertThat(last).as("renewing from %d on", offset).isEqualTo(PresenceState.AWAY);
            model = new Presence(TERMS);
            model.tell(0, "dead", PresenceState.ONLINE);
        }
    }

    /** From many at once to long silence. */
    private static long step(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(1000);
            case 2 -> TERMS.renewal().toMillis() - 1 + random.nextInt(3);
            default -> random.nextLong(TERMS.lease().toMillis() * 4);
        };
    }

    private void expire(Presence model, long now) {
        if (model.isForgotten(now)) {
            store.command("DEL", KeyNames.presence("alice"));
        }
        if (model.isUnheld(now)) {
            store.command("DEL", KeyNames.presenceHolds("alice"));
        }
    }

    private PresenceState tell(long now, String sidecar, PresenceState mine) {
        store.command("SET", "clock", Long.toString(now), "EX", "1000");
        List<Object> states = TestStore.await(store.store()
                .evaluate(
                        script,
                        List.of(KeyNames.presence("alice"), KeyNames.presenceHolds("alice")),
                        List.of(
                                Long.toString(TERMS.lease().toMillis()),
                                Long.toString(TERMS.hold().toMillis()),
                                Long.toString(TERMS.offlineMemory().toMillis()),
                                sidecar,
                                "alice",
                                "caas/gateway",
                                mine.text(),
                                "0",
                                "0")));
        return PresenceState.valueOf(String.valueOf(states.get(0)).toUpperCase(Locale.ROOT));
    }

    private PresenceState read() {
        String text = store.command("GET", KeyNames.presence("alice"));
        return text.equals("false") ? PresenceState.OFFLINE : PresenceState.valueOf(text.toUpperCase(Locale.ROOT));
    }

    private void assertEveryKeyExpires() {
        for (String key : store.command("KEYS", "*").split(" ", -1)) {
            assertThat(Long.parseLong(store.command("PTTL", key))).as(key).isPositive();
        }
    }
}
