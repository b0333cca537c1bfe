/** What a resource means: presets, overrides, names, users, and what is wrong with it. Pure functions of the resource. */
@NullMarked
package io.redisroles.operator.plan;

import org.jspecify.annotations.NullMarked;
