@NullMarked
package io.redisroles.sidecar.tunnel;

import org.jspecify.annotations.NullMarked;
