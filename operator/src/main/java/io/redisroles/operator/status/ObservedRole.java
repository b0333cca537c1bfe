package io.redisroles.operator.status;

import io.redisroles.operator.redis.Observation;
import java.util.List;
import java.util.Optional;

/**
 * What was seen of a role after its children were applied.
 *
 * @param podReady whether its pod is there, of the desired restart hash, and ready by its probes
 * @param restarting whether a pod of another restart hash is being replaced
 * @param redis what the server said
 * @param aclRevision the digest of the ACL file as desired
 * @param conflicts the children whose names somebody else's objects have
 * @param held why a part of the spec is not carried out, or not yet
 * @param paused whether nothing is changed
 * @param certificate that it should serve; empty if connections are not encrypted
 * @param around what is known beside what the server said
 */
public record ObservedRole(
        boolean podReady,
        boolean restarting,
        Observation redis,
        String aclRevision,
        List<String> conflicts,
        Optional<Hindrance> held,
        boolean paused,
        Optional<WishedCertificate> certificate,
        Surroundings around) {
    public ObservedRole {
        conflicts = List.copyOf(conflicts);
    }

    /** Nothing is held back, the role is not paused, connections are not encrypted, and nothing else is known. */
    public ObservedRole(
            boolean podReady, boolean restarting, Observation redis, String aclRevision, List<String> conflicts) {
        this(
                podReady,
                restarting,
                redis,
                aclRevision,
                conflicts,
                Optional.empty(),
                false,
                Optional.empty(),
                Surroundings.NONE);
    }
}
