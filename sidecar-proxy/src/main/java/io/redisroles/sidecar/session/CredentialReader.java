package io.redisroles.sidecar.session;

import io.redisroles.contract.PolicySection.SessionSource;
import java.util.List;

/** Finds a request's credential: the first source that is present decides, also when what it holds is useless. */
final class CredentialReader {
    private static final String BEARER = "bearer";
    private static final int MIN_SESSION_ID = 8;
    private static final int MAX_SESSION_ID = 256;
    /** As many as the header fields of a request may be long in all. */
    private static final int MAX_TOKEN = 16 * 1024;

    private CredentialReader() {}

    static Credential read(List<SessionSource> sources, RequestFields fields) {
        for (int i = 0; i < sources.size(); i++) {
            SessionSource source = sources.get(i);
            Credential found = switch (source.kind()) {
                case COOKIE -> sessionId(Cookies.value(fields.values("cookie"), source.name()), true);
                case HEADER -> sessionId(Single.of(fields.values(source.name())), false);
                case BEARER_TOKEN -> bearer(fields.values("authorization"), false);
                case BEARER_JWT -> bearer(fields.values("authorization"), true);
                case API_KEY -> apiKey(Single.of(fields.values(source.name())));
            };
            if (!(found instanceof Credential.Absent)) {
                return found;
            }
        }
        return Credential.Absent.INSTANCE;
    }

    private static Credential sessionId(Single value, boolean cookie) {
        if (value.isAbsent()) {
            return Credential.Absent.INSTANCE;
        }
        return value.isAmbiguous() || !isSessionId(value.value())
                ? Credential.Malformed.SESSION
                : new Credential.SessionId(value.value(), cookie);
    }

    private static Credential apiKey(Single value) {
        if (value.isAbsent()) {
            return Credential.Absent.INSTANCE;
        }
        return value.isAmbiguous() || value.value().isEmpty() || value.value().length() > MAX_TOKEN
                ? Credential.Malformed.SESSION
                : Credential.ApiKey.of(value.value());
    }

    private static Credential bearer(List<String> authorizations, boolean jwt) {
        Single bearer = Single.NONE;
        for (int i = 0; i < authorizations.size(); i++) {
            String authorization = authorizations.get(i).strip();
            if (isBearer(authorization)) {
                bearer = bearer.and(authorization.substring(BEARER.length()).strip());
            }
        }
        if (bearer.isAbsent()) {
            return Credential.Absent.INSTANCE;
        }
        if (bearer.isAmbiguous() || !isToken(bearer.value())) {
            return Credential.Malformed.BEARER;
        }
        return jwt ? new Credential.JwtToken(bearer.value()) : Credential.BearerToken.of(bearer.value());
    }

    private static boolean isBearer(String authorization) {
        return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                && (authorization.length() == BEARER.length() || authorization.charAt(BEARER.length()) == ' ');
    }

    /** {@code [A-Za-z0-9._-]{8,256}}. */
    private static boolean isSessionId(String value) {
        int length = value.length();
        if (length < MIN_SESSION_ID || length > MAX_SESSION_ID) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    /** {@code b64token} of RFC 6750 §2.1, bounded. */
    private static boolean isToken(String value) {
        int end = value.length();
        while (end > 0 && value.charAt(end - 1) == '=') {
            end--;
        }
        if (end == 0 || value.length() > MAX_TOKEN) {
            return false;
        }
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            if (!isLetterOrDigit(c) && c != '-' && c != '.' && c != '_' && c != '~' && c != '+' && c != '/') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
