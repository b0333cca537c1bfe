@NullMarked
package io.redisroles.operator.reading;

import org.jspecify.annotations.NullMarked;
