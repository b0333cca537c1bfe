/** Tests on a real cluster, through kubectl alone. */
@NullMarked
package io.redisroles.e2e;

import org.jspecify.annotations.NullMarked;
