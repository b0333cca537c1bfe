/** The client's side of the proxy: framing, one exchange after the other, and answers. Knows Netty; decides nothing. */
@NullMarked
package io.redisroles.sidecar.http;

import org.jspecify.annotations.NullMarked;
