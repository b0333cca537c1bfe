package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.redis.TrackingConnection.Link;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads records of sessions: over a tracking connection, or over the store's own where there is none. Safe for all threads. */
final class SessionReads {
    static final Script SESSION = Script.fromResource(SessionReads.class, "session.lua");
    static final Script USER_STATE = Script.fromResource(SessionReads.class, "user_state.lua");

    /** What it is read for. */
    enum Purpose {
        /** It is used, and what was read will be remembered. */
        USE,
        /** It is used once; how long it lives need not be known, and is not told where that costs something. */
        PASS,
        /** It is only looked at, and not kept alive. */
        LOOK;

        private final String text = name().toLowerCase(Locale.ROOT);

        /** As {@code session.lua} has it. */
        String text() {
            return text;
        }
    }

    private final RedisStore store;
    private final SeenSessions seen;
    private final InstantSource clock;

    /**
     * Reads of {@code store}.
     *
     * @param clock for records of which Redis need not tell the time
     */
    SessionReads(RedisStore store, SeenSessions seen, InstantSource clock) {
        this.store = store;
        this.seen = seen;
        this.clock = clock;
    }

    /** Reads one. */
    CompletionStage<Optional<SessionRecord>> session(
            @Nullable Link link, Reference reference, PolicySection policy, Purpose purpose) {
        String[] arguments = reference.arguments(policy, seen.firstSeen(reference.identity()), purpose);
        return evaluate(link, SESSION, reference.key(), arguments).thenApply(answer -> {
            if (answer.isEmpty()) {
                return Optional.empty();
            }
            SessionRecord read = SessionRecord.of(answer, clock);
            if (purpose != Purpose.LOOK) {
                seen.seen(reference.identity(), read.nowMillis());
            }
            return Optional.of(read);
        });
    }

    /** From when on a user's JWTs count, in seconds since 1970; negative if none does. */
    CompletionStage<Long> userState(@Nullable Link link, String key) {
        return evaluate(link, USER_STATE, key).thenApply(answer -> Long.valueOf((String) answer.get(0)));
    }

    private CompletionStage<List<Object>> evaluate(
            @Nullable Link link, Script script, String key, String... arguments) {
        return link != null
                ? link.evaluate(script, key, arguments)
                : store.evaluate(script, List.of(key), List.of(arguments));
    }
}
