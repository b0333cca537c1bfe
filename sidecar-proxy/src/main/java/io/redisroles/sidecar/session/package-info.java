/** Credentials of requests and the sessions behind them. */
@NullMarked
package io.redisroles.sidecar.session;

import org.jspecify.annotations.NullMarked;
