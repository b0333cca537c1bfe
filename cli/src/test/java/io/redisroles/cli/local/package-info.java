@NullMarked
package io.redisroles.cli.local;

import org.jspecify.annotations.NullMarked;
