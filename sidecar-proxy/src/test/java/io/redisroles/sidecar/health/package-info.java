@NullMarked
package io.redisroles.sidecar.health;

import org.jspecify.annotations.NullMarked;
