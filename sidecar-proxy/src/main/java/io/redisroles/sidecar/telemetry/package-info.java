/** What the proxy counts. */
@NullMarked
package io.redisroles.sidecar.telemetry;

import org.jspecify.annotations.NullMarked;
