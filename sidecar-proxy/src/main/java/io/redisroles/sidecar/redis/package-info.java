/** Connections to Redis on the proxy's own event loops, scripts, and nothing about what they are used for. */
@NullMarked
package io.redisroles.sidecar.redis;

import org.jspecify.annotations.NullMarked;
