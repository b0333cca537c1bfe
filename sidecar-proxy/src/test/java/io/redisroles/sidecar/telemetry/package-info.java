@NullMarked
package io.redisroles.sidecar.telemetry;

import org.jspecify.annotations.NullMarked;
