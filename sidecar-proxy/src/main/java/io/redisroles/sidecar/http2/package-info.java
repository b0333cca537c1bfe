/** HTTP/2 as both sides of the proxy speak it: limits, and its header blocks as HTTP/1.1 messages. */
@NullMarked
package io.redisroles.sidecar.http2;

import org.jspecify.annotations.NullMarked;
