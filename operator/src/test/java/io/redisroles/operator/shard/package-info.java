@NullMarked
package io.redisroles.operator.shard;

import org.jspecify.annotations.NullMarked;
