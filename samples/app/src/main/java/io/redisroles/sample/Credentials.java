package io.redisroles.sample;

/** What a client gets at login: the id of its session for a browser's cookie, and a bearer token for other clients. */
record Credentials(Secret session, Secret token) {}
