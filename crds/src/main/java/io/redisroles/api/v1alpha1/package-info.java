/**
 * The custom resources of {@code redisroles.io/v1alpha1} as users write them. Presets and defaults are the plan's business:
 * here an absent field is null (scalars and objects) or empty (lists and maps).
 */
@NullMarked
package io.redisroles.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
