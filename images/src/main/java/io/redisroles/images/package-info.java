/** Image tarballs from what the other modules built; no daemon and no registry is asked. */
@NullMarked
package io.redisroles.images;

import org.jspecify.annotations.NullMarked;
