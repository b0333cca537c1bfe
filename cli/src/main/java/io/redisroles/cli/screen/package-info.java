/** What people see while it runs. */
@NullMarked
package io.redisroles.cli.screen;

import org.jspecify.annotations.NullMarked;
