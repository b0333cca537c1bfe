package io.redisroles.sample;

import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The sessions and tokens in Redis.
 *
 * <p>No key name tells who the user is: a session's is random, a token's is its hash. Session and token name each other in
 * their fields and not by a third key, which would expire although the sidecar prolongs them.
 *
 * <p>Every future fails if Redis does not do what it was asked.
 */
final class Logins {
    private static final Duration LIFETIME = Duration.ofMinutes(30);
    private static final String SESSION_PREFIX = "session:";
    private static final String TOKEN_PREFIX = "auth:token:";

    /** Both records with their TTL in one step, so that neither is ever without; the time is Redis' own. */
    private static final String START = """
            local created_at = redis.call('TIME')[1]
            local user_id, tier, ttl = ARGV[1], ARGV[2], ARGV[3]
            redis.call('HSET', KEYS[1], 'user_id', user_id, 'tier', tier, 'created_at', created_at,
                'token_sha256', ARGV[4])
            redis.call('EXPIRE', KEYS[1], ttl)
            redis.call('HSET', KEYS[2], 'user_id', user_id, 'tier', tier, 'created_at', created_at,
                'token_id', ARGV[5], 'session_id', ARGV[6])
            redis.call('EXPIRE', KEYS[2], ttl)
            return redis.status_reply('OK')
            """;

    private final RedisConnection redis;
    private final SecureRandom random = new SecureRandom();

    Logins(RedisConnection redis) {
        this.redis = redis;
    }

    /** Starts a session and makes a token for it. */
    CompletableFuture<Credentials> start(User user) {
        Credentials credentials = new Credentials(Secret.random(random), Secret.random(random));
        String tokenHash = credentials.token().sha256();
        String session = credentials.session().value();
        String[] keys = {SESSION_PREFIX + session, TOKEN_PREFIX + tokenHash};
        String[] values = {
            user.id(),
            user.tier().text(),
            String.valueOf(LIFETIME.toSeconds()),
            tokenHash,
            Secret.random(random).value(),
            session
        };
        return redis.ask(commands -> commands.eval(START, ScriptOutputType.STATUS, keys, values))
                .thenApply(ok -> credentials);
    }

    /** Ends a session and its token; does nothing if there is no such session. */
    CompletableFuture<Void> endSession(Secret session) {
        return end(SESSION_PREFIX + session.value(), "token_sha256", TOKEN_PREFIX);
    }

    /** Ends a token and its session; does nothing if there is no such token. */
    CompletableFuture<Void> endToken(Secret token) {
        return end(TOKEN_PREFIX + token.sha256(), "session_id", SESSION_PREFIX);
    }

    /** The record and the one it names go in one command; the field between them never changes. */
    private CompletableFuture<Void> end(String key, String field, String otherPrefix) {
        return redis.ask(commands -> commands.hmget(key, field).thenCompose(found -> {
                    Optional<String> other = found.stream()
                            .filter(KeyValue::hasValue)
                            .map(KeyValue::getValue)
                            .findFirst();
                    return other.isPresent() ? commands.del(key, otherPrefix + other.get()) : commands.del(key);
                }))
                .thenAccept(deleted -> {});
    }
}
