package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Sessions of a process without Redis: there are none, so every credential is one of a session that has ended. */
public final class NoSessions implements SessionValidator {
    @Override
    public CompletionStage<SessionVerdict> validate(RequestFields request, PolicySection policy) {
        Credential credential = CredentialReader.read(policy.session().sources(), request);
        if (credential instanceof Credential.Absent) {
            return CompletableFuture.completedFuture(SessionVerdict.Missing.INSTANCE);
        }
        boolean bearer = credential instanceof Credential.BearerToken
                || credential instanceof Credential.JwtToken
                || (credential instanceof Credential.Malformed malformed && malformed.bearer());
        return CompletableFuture.completedFuture(SessionVerdict.Invalid.of(bearer));
    }
}
