/** What is said of a resource: conditions, reasons and events. Pure functions of plan and observation. */
@NullMarked
package io.redisroles.operator.status;

import org.jspecify.annotations.NullMarked;
