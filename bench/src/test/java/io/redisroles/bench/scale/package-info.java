@NullMarked
package io.redisroles.bench.scale;

import org.jspecify.annotations.NullMarked;
