/** The ports for kubelet, Prometheus and people on the same host. */
@NullMarked
package io.redisroles.sidecar.admin;

import org.jspecify.annotations.NullMarked;
