@NullMarked
package io.redisroles.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
