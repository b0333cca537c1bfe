@NullMarked
package io.redisroles.sidecar.socket;

import org.jspecify.annotations.NullMarked;
