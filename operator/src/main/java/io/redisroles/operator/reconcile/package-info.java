/** The thin shell around the pure core: caches, writes, observations and events; the only package that talks to the API. */
@NullMarked
package io.redisroles.operator.reconcile;

import org.jspecify.annotations.NullMarked;
