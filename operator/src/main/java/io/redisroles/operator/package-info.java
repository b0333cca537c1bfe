/** The operator's process: what it is started with and how its parts are put together. */
@NullMarked
package io.redisroles.operator;

import org.jspecify.annotations.NullMarked;
