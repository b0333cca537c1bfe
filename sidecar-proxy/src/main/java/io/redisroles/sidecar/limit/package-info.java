/** Rate limits: the algorithm as an exact model and as a script, and what decides while Redis does not answer. */
@NullMarked
package io.redisroles.sidecar.limit;

import org.jspecify.annotations.NullMarked;
