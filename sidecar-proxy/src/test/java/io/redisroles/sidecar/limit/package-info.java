@NullMarked
package io.redisroles.sidecar.limit;

import org.jspecify.annotations.NullMarked;
