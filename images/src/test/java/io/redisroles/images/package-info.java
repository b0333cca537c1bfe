@NullMarked
package io.redisroles.images;

import org.jspecify.annotations.NullMarked;
