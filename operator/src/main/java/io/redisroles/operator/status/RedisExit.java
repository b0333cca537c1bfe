package io.redisroles.operator.status;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Why a Redis ended, by its last words.
 *
 * @param cause as far as it is known
 * @param words the line of its log, or what the kubelet says
 */
public record RedisExit(Cause cause, String words) {
    /** The causes that need different help. */
    public enum Cause {
        /** The append-only file cannot be read. */
        AOF_UNREADABLE(
                "(Unexpected end of file reading|Bad file format reading|Unrecoverable error reading) the append only"
                        + " file|AOF loading aborted|Unable to obtain the AOF file|The AOF file \\S+ doesn't exist|Error reading the AOF manifest"
                        + "|Invalid AOF manifest|Wrong signature trying to load DB from file|Internal error in RDB reading"
                        + "|Short read or OOM loading DB|RDB file was saved with checksum"),
        /** It could not be written, and the role promises that what is acknowledged is on disk. */
        AOF_UNWRITABLE("Can't recover from AOF write error|Can't persist AOF for fsync error"),
        /** Anything else. */
        OTHER("");

        private final Pattern sign;

        Cause(String sign) {
            this.sign = Pattern.compile(sign);
        }
    }

    private static final int LONGEST = 400;
    private static final Pattern STAMP = Pattern.compile("^[0-9]+:[A-Z] [0-9]+ \\S+ [0-9]{4} [0-9:.]+ [#*.-] ");

    /**
     * By the end of the container's log.
     *
     * @param log empty if it is not known
     * @param otherwise what the kubelet says
     */
    public static RedisExit of(String log, String otherwise) {
        List<String> lines =
                log.lines().map(line -> STAMP.matcher(line).replaceFirst("")).toList();
        return lines.stream()
                .flatMap(line -> Stream.of(Cause.AOF_UNREADABLE, Cause.AOF_UNWRITABLE)
                        .filter(cause -> cause.sign.matcher(line).find())
                        .map(cause -> new RedisExit(cause, shortened(line))))
                .reduce((one, later) -> later)
                .orElseGet(() -> new RedisExit(
                        Cause.OTHER,
                        otherwise
                                + last(lines)
                                        .map(line -> ": " + shortened(line))
                                        .orElse("")));
    }

    private static Optional<String> last(List<String> lines) {
        return lines.stream().filter(line -> !line.isBlank()).reduce((one, other) -> other);
    }

    private static String shortened(String line) {
        return line.length() > LONGEST ? line.substring(0, LONGEST) : line;
    }
}
