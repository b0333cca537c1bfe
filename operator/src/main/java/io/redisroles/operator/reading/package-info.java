/** Reading resources that were written for another version of the CRDs. */
@NullMarked
package io.redisroles.operator.reading;

import org.jspecify.annotations.NullMarked;
