package io.redisroles.sidecar.redis;

import io.redisroles.contract.Endpoint;

/**
 * A Redis and how to log in to it.
 *
 * @param role its name in messages and metrics
 * @param endpoint host and port
 * @param database number
 * @param username an ACL user; empty for the default user
 * @param password asked at each connect
 */
public record RedisAddress(String role, Endpoint endpoint, int database, String username, Password password) {}
