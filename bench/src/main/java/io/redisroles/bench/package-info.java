/** Measurements of the built jars as separate processes. */
@NullMarked
package io.redisroles.bench;

import org.jspecify.annotations.NullMarked;
