package io.redisroles.sidecar.session;

/** What is known of a request's session. */
public sealed interface SessionVerdict {
    /**
     * It is valid.
     *
     * @param byCookie whether a browser showed it by itself, so that another site may have made it do so
     * @param cached whether it was known without asking Redis
     */
    record Valid(Session session, boolean byCookie, boolean cached) implements SessionVerdict {}

    /** No credential was shown. */
    record Missing() implements SessionVerdict {
        static final Missing INSTANCE = new Missing();
    }

    /**
     * One was shown, and there is no such session, or it has ended.
     *
     * @param bearer whether it was a bearer token
     */
    record Invalid(boolean bearer) implements SessionVerdict {
        static final Invalid SESSION = new Invalid(false);
        static final Invalid BEARER = new Invalid(true);

        static Invalid of(boolean bearer) {
            return bearer ? BEARER : SESSION;
        }
    }
}
