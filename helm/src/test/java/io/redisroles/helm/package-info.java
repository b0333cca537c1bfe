/** The chart, rendered with every value. */
@NullMarked
package io.redisroles.helm;

import org.jspecify.annotations.NullMarked;
