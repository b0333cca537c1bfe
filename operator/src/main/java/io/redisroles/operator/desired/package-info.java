/** The Kubernetes objects that a plan becomes. Pure functions of plan and credentials. */
@NullMarked
package io.redisroles.operator.desired;

import org.jspecify.annotations.NullMarked;
