@NullMarked
package io.redisroles.operator.certificate;

import org.jspecify.annotations.NullMarked;
