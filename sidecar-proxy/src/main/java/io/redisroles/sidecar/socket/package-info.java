/** Open WebSockets: what they count, when they must end, and who is present. */
@NullMarked
package io.redisroles.sidecar.socket;

import org.jspecify.annotations.NullMarked;
