package io.redisroles.sidecar.session;

/**
 * Who a request comes from.
 *
 * @param user never empty
 * @param tier empty where the session has none
 * @param identity what tells this session from all others: its id, or its token's hash
 */
public record Session(String user, String tier, String identity) {
    @Override
    public String toString() {
        return "Session[redacted]";
    }
}
