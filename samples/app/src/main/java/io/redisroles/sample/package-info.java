/** The app behind the sidecar in the samples: it logs users in and out and knows nothing of limits or session checks. */
@NullMarked
package io.redisroles.sample;

import org.jspecify.annotations.NullMarked;
