/** That what is measured is what it says. */
@NullMarked
package io.redisroles.bench.decide;

import org.jspecify.annotations.NullMarked;
