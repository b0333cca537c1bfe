@NullMarked
package io.redisroles.sidecar.cache;

import org.jspecify.annotations.NullMarked;
