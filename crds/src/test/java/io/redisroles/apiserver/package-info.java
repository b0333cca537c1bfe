/**
 * A real kube-apiserver for tests, without nodes and without Docker. Published as this module's test-jar, so that the
 * operator's tests run against it too.
 */
@NullMarked
package io.redisroles.apiserver;

import org.jspecify.annotations.NullMarked;
