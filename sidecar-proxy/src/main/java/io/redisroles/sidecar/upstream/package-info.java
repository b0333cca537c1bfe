/** Connections to the app. */
@NullMarked
package io.redisroles.sidecar.upstream;

import org.jspecify.annotations.NullMarked;
