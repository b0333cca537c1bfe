@NullMarked
package io.redisroles.contract;

import org.jspecify.annotations.NullMarked;
