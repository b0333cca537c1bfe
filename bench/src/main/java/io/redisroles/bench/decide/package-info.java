/** What the sidecar decides in its own memory, call by call: time and bytes allocated, by JMH. */
@NullMarked
package io.redisroles.bench.decide;

import org.jspecify.annotations.NullMarked;
