@NullMarked
package io.redisroles.sample;

import org.jspecify.annotations.NullMarked;
