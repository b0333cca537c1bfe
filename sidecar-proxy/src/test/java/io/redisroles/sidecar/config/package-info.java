@NullMarked
package io.redisroles.sidecar.config;

import org.jspecify.annotations.NullMarked;
