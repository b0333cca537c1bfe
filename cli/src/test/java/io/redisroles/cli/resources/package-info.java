@NullMarked
package io.redisroles.cli.resources;

import org.jspecify.annotations.NullMarked;
