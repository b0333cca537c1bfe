@NullMarked
package io.redisroles;

import org.jspecify.annotations.NullMarked;
