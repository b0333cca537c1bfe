package io.redisroles.operator.status;

import io.redisroles.operator.redis.Observation;
import java.util.List;

/**
 * What was seen of a role after its children were applied.
 *
 * @param podReady whether its pod is there, of the desired restart hash, and ready by its probes
 * @param restarting whether a pod of another restart hash is being replaced
 * @param redis what the server said
 * @param aclRevision the digest of the ACL file as desired
 * @param conflicts the children whose names somebody else's objects have
 */
public record ObservedRole(
        boolean podReady, boolean restarting, Observation redis, String aclRevision, List<String> conflicts) {
    public ObservedRole {
        conflicts = List.copyOf(conflicts);
    }
}
