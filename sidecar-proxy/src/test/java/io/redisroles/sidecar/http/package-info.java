@NullMarked
package io.redisroles.sidecar.http;

import org.jspecify.annotations.NullMarked;
