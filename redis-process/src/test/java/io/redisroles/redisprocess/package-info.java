@NullMarked
package io.redisroles.redisprocess;

import org.jspecify.annotations.NullMarked;
