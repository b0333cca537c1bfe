/** The app's own probes, asked on the kubelet's behalf. */
@NullMarked
package io.redisroles.sidecar.health;

import org.jspecify.annotations.NullMarked;
