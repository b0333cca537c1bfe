/** Certificates: making them, reading them, and telling what is wrong with one. Pure but for the randomness that is passed in. */
@NullMarked
package io.redisroles.operator.certificate;

import org.jspecify.annotations.NullMarked;
