package io.redisroles.sidecar.upstream;

/** Which connection a request may be sent on: an app closes an idle one whenever it likes, perhaps just now. */
public enum Reuse {
    /** Any that looks open: the request can be sent again. */
    ANY,
    /** One that outlived its last answer, and is not idle for long: the request cannot be sent again. */
    PROVEN,
    /** A fresh one. */
    NEVER
}
