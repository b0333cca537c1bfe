@NullMarked
package io.redisroles.operator.injection;

import org.jspecify.annotations.NullMarked;
