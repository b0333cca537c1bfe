/** The bytes of a WebSocket between client and app, followed by their frame headers (RFC 6455). */
@NullMarked
package io.redisroles.sidecar.tunnel;

import org.jspecify.annotations.NullMarked;
