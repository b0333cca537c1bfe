@NullMarked
package io.redisroles.sidecar.session;

import org.jspecify.annotations.NullMarked;
