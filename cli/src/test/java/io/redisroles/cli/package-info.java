@NullMarked
package io.redisroles.cli;

import org.jspecify.annotations.NullMarked;
