/** What the operator counts. */
@NullMarked
package io.redisroles.operator.telemetry;

import org.jspecify.annotations.NullMarked;
