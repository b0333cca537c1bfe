@NullMarked
package io.redisroles.sidecar.fuzz;

import org.jspecify.annotations.NullMarked;
