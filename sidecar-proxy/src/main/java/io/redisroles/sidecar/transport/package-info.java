/** How bytes get in and out of this process. */
@NullMarked
package io.redisroles.sidecar.transport;

import org.jspecify.annotations.NullMarked;
