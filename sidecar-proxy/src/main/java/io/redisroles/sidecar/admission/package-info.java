/** Whether a request may pass: rule, session, limits, in that order. Knows neither Netty nor Redis. */
@NullMarked
package io.redisroles.sidecar.admission;

import org.jspecify.annotations.NullMarked;
