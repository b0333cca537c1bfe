/** The configuration as the proxy uses it: read, compiled, watched, and swapped while requests are served. */
@NullMarked
package io.redisroles.sidecar.config;

import org.jspecify.annotations.NullMarked;
