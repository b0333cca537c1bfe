package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;
import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Sessions in Redis, asked for at every request: one that was deleted is out at the next. */
public final class RedisSessionValidator implements SessionValidator {
    public static final Script SCRIPT = Script.fromResource(RedisSessionValidator.class, "session.lua");

    private final RedisStore store;
    private final SeenSessions seen;

    public RedisSessionValidator(RedisStore store, SeenSessions seen) {
        this.store = store;
        this.seen = seen;
    }

    @Override
    public CompletionStage<SessionVerdict> validate(RequestFields request, PolicySection policy) {
        Credential credential = CredentialReader.read(policy.session().sources(), request);
        if (credential instanceof Credential.SessionId id) {
            return ask(policy, policy.session().prefix() + id.value(), id.value(), false);
        }
        if (credential instanceof Credential.BearerToken token) {
            return ask(policy, policy.session().tokenPrefix() + token.sha256(), token.sha256(), true);
        }
        return CompletableFuture.completedStage(
                credential instanceof Credential.Malformed malformed
                        ? new SessionVerdict.Invalid(malformed.bearer())
                        : new SessionVerdict.Missing());
    }

    private CompletionStage<SessionVerdict> ask(PolicySection policy, String key, String identity, boolean bearer) {
        PolicySection.Session settings = policy.session();
        List<String> arguments = List.of(
                Long.toString(settings.idleTimeout().toMillis()),
                Long.toString(settings.maxLifetime().toMillis()),
                settings.createdField(),
                policy.tier().field(),
                Long.toString(seen.firstSeen(identity)),
                bearer ? "token" : "session");
        return store.evaluate(SCRIPT, List.of(key), arguments).thenApply(answer -> verdict(answer, identity, bearer));
    }

    private SessionVerdict verdict(List<Object> answer, String identity, boolean bearer) {
        if (answer.isEmpty()) {
            return new SessionVerdict.Invalid(bearer);
        }
        seen.seen(identity, Long.parseLong((String) answer.get(2)));
        return new SessionVerdict.Valid(new Session((String) answer.get(0), (String) answer.get(1), identity));
    }
}
