/** Which namespaces an operator looks after, where several share a cluster. */
@NullMarked
package io.redisroles.operator.shard;

import org.jspecify.annotations.NullMarked;
