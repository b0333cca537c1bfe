@NullMarked
package io.redisroles.cli.screen;

import org.jspecify.annotations.NullMarked;
