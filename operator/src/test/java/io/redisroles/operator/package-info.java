@NullMarked
package io.redisroles.operator;

import org.jspecify.annotations.NullMarked;
