@NullMarked
package io.redisroles.sidecar.redis;

import org.jspecify.annotations.NullMarked;
