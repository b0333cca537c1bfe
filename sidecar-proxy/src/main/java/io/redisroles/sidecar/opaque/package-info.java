/** Ports whose bytes pass as they are, without policy. */
@NullMarked
package io.redisroles.sidecar.opaque;

import org.jspecify.annotations.NullMarked;
