/** Scripted traffic that shows, and checks, what Redis Roles promises. */
@NullMarked
package io.redisroles.cli.demo;

import org.jspecify.annotations.NullMarked;
