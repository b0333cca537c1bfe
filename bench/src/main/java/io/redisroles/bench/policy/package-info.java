/** The policies that benchmarks measure under. */
@NullMarked
package io.redisroles.bench.policy;

import org.jspecify.annotations.NullMarked;
