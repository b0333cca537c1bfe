/** What bounded memories of many subjects have in common. */
@NullMarked
package io.redisroles.sidecar.cache;

import org.jspecify.annotations.NullMarked;
