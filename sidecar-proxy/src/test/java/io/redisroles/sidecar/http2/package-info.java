@NullMarked
package io.redisroles.sidecar.http2;

import org.jspecify.annotations.NullMarked;
