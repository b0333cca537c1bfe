package io.redisroles.sidecar.config;

import io.redisroles.contract.ConfigException;
import java.util.List;

/** A pattern of paths: {@code *} is one segment that is not empty, {@code **} any number of segments; case-sensitive. */
public record PathPattern(List<String> segments) {
    private static final String ONE = "*";
    private static final String ANY = "**";

    public PathPattern {
        segments = List.copyOf(segments);
    }

    /**
     * Reads a pattern.
     *
     * @throws ConfigException if it does not begin with a slash or has a star beside other characters
     */
    public static PathPattern parse(String text) {
        if (!text.startsWith("/")) {
            throw new ConfigException("path \"" + text + "\" (expected: begins with /)");
        }
        List<String> segments = List.of(text.substring(1).split("/", -1));
        for (String segment : segments) {
            if (segment.contains("*") && !segment.equals(ONE) && !segment.equals(ANY)) {
                throw new ConfigException("path \"" + text
                        + "\": * stands for a whole segment (expected for example /api/*" + " or /api/**)");
            }
        }
        return new PathPattern(segments);
    }

    /** Whether the segments of a path, percent-decoded, match; the usual walk with one point to come back to. */
    public boolean matches(List<String> path) {
        int at = 0;
        int pattern = 0;
        int retryPattern = -1;
        int retryAt = 0;
        while (at < path.size()) {
            if (pattern < segments.size() && segments.get(pattern).equals(ANY)) {
                retryPattern = pattern++;
                retryAt = at;
            } else if (pattern < segments.size() && matches(segments.get(pattern), path.get(at))) {
                pattern++;
                at++;
            } else if (retryPattern >= 0) {
                pattern = retryPattern + 1;
                at = ++retryAt;
            } else {
                return false;
            }
        }
        while (pattern < segments.size() && segments.get(pattern).equals(ANY)) {
            pattern++;
        }
        return pattern == segments.size();
    }

    private static boolean matches(String pattern, String segment) {
        return pattern.equals(ONE) ? !segment.isEmpty() : pattern.equals(segment);
    }
}
