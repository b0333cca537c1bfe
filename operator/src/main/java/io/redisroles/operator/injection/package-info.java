/** What a policy makes of a pod. Pure: the same pod, neighbours and settings give the same decision. */
@NullMarked
package io.redisroles.operator.injection;

import org.jspecify.annotations.NullMarked;
