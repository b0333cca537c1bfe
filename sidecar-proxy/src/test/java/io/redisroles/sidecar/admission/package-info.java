@NullMarked
package io.redisroles.sidecar.admission;

import org.jspecify.annotations.NullMarked;
