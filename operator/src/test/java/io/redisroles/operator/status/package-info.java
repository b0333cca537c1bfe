@NullMarked
package io.redisroles.operator.status;

import org.jspecify.annotations.NullMarked;
