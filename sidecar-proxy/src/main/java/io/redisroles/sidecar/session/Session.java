package io.redisroles.sidecar.session;

/**
 * Who a request comes from.
 *
 * @param user never empty
 * @param tier empty where the session has none
 * @param identity what tells this session from all others: its id, or the hash of its token or key
 * @param proof what it rests on
 */
public record Session(String user, String tier, String identity, Proof proof) {
    /** The hash of the API key that was shown; empty if it was something else. */
    public String apiKey() {
        return proof.kind() == Proof.Kind.API_KEY ? identity : "";
    }

    @Override
    public String toString() {
        return "Session[redacted]";
    }
}
