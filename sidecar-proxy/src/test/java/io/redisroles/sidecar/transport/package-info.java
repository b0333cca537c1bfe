@NullMarked
package io.redisroles.sidecar.transport;

import org.jspecify.annotations.NullMarked;
