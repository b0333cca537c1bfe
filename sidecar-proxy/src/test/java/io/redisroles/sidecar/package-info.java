@NullMarked
package io.redisroles.sidecar;

import org.jspecify.annotations.NullMarked;
