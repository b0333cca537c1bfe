@NullMarked
package io.redisroles.operator.admission;

import org.jspecify.annotations.NullMarked;
