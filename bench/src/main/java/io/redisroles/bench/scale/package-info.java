/** The operator with many roles: a real kube-apiserver, real redis-servers, the operator as a process of its own. */
@NullMarked
package io.redisroles.bench.scale;

import org.jspecify.annotations.NullMarked;
