/** Real redis-server processes on this machine: where the binary is, how one is started and ended. */
@NullMarked
package io.redisroles.redisprocess;

import org.jspecify.annotations.NullMarked;
