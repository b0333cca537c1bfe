package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection.SessionSource;
import java.util.List;
import java.util.regex.Pattern;

/** Finds a request's credential: the first source that is present decides, also when what it holds is useless. */
final class CredentialReader {
    private static final Pattern SESSION_ID = Pattern.compile("[A-Za-z0-9._-]{8,256}");
    /** RFC 6750 §2.1, bounded. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,4096}={0,2}");

    private static final String BEARER = "bearer";

    private CredentialReader() {}

    static Credential read(List<SessionSource> sources, RequestFields fields) {
        for (SessionSource source : sources) {
            Credential found = switch (source.kind()) {
                case COOKIE -> sessionId(Cookies.values(fields.values("cookie"), source.name()));
                case HEADER ->
                    sessionId(fields.values(source.name()).stream()
                            .map(String::strip)
                            .distinct()
                            .toList());
                case BEARER_TOKEN -> bearer(fields.values("authorization"));
            };
            if (!(found instanceof Credential.Absent)) {
                return found;
            }
        }
        return new Credential.Absent();
    }

    private static Credential sessionId(List<String> distinctValues) {
        if (distinctValues.isEmpty()) {
            return new Credential.Absent();
        }
        // Two different ones: somebody has planted one, and which of them is the user's cannot be told.
        if (distinctValues.size() > 1
                || !SESSION_ID.matcher(distinctValues.get(0)).matches()) {
            return new Credential.Malformed(false);
        }
        return new Credential.SessionId(distinctValues.get(0));
    }

    private static Credential bearer(List<String> authorizations) {
        List<String> bearers = authorizations.stream()
                .map(String::strip)
                .filter(CredentialReader::isBearer)
                .distinct()
                .toList();
        if (bearers.isEmpty()) {
            return new Credential.Absent();
        }
        String token = bearers.get(0).substring(BEARER.length()).strip();
        if (bearers.size() > 1 || !TOKEN.matcher(token).matches()) {
            return new Credential.Malformed(true);
        }
        return Credential.BearerToken.of(token);
    }

    private static boolean isBearer(String authorization) {
        return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && (authorization.length() == BEARER.length() || authorization.charAt(BEARER.length()) == ' ');
    }
}
