/** Which of several operator processes reconciles. */
@NullMarked
package io.redisroles.operator.leader;

import org.jspecify.annotations.NullMarked;
