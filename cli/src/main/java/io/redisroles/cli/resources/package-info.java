/** Resources in YAML files, read as strictly as an API server would. */
@NullMarked
package io.redisroles.cli.resources;

import org.jspecify.annotations.NullMarked;
