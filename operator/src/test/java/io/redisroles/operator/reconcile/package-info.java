@NullMarked
package io.redisroles.operator.reconcile;

import org.jspecify.annotations.NullMarked;
