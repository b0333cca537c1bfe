/** Asking a running Redis what it is, over its protocol. */
@NullMarked
package io.redisroles.operator.redis;

import org.jspecify.annotations.NullMarked;
