package io.redisroles.sidecar.session;

/** What is known of a request's session. */
public sealed interface SessionVerdict {
    /** It is valid. */
    record Valid(Session session) implements SessionVerdict {}

    /** No credential was shown. */
    record Missing() implements SessionVerdict {}

    /**
     * One was shown, and there is no such session, or it has ended.
     *
     * @param bearer whether it was a bearer token
     */
    record Invalid(boolean bearer) implements SessionVerdict {}
}
