/** The proxy in front of one app: composition and life. */
@NullMarked
package io.redisroles.sidecar;

import org.jspecify.annotations.NullMarked;
