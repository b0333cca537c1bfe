@NullMarked
package io.redisroles.operator.desired;

import org.jspecify.annotations.NullMarked;
