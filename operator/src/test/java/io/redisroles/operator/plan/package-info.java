@NullMarked
package io.redisroles.operator.plan;

import org.jspecify.annotations.NullMarked;
