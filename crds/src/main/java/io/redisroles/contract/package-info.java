/**
 * What the operator writes and the sidecar reads: the sidecar's configuration, the names of keys, ports and paths. Nothing
 * here knows of Kubernetes, Netty or Redis clients, so that both sides can share it.
 */
@NullMarked
package io.redisroles.contract;

import org.jspecify.annotations.NullMarked;
