/** The webhooks: what the API server asks before a pod or a policy is stored, and the certificates that it trusts. */
@NullMarked
package io.redisroles.operator.admission;

import org.jspecify.annotations.NullMarked;
