@NullMarked
package io.redisroles.operator.redis;

import org.jspecify.annotations.NullMarked;
