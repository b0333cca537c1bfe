/** Answers to the kubelet's probes. */
@NullMarked
package io.redisroles.operator.health;

import org.jspecify.annotations.NullMarked;
