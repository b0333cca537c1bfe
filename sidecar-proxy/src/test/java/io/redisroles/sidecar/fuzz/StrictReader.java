package io.redisroles.sidecar.fuzz;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads requests as strictly as RFC 9112 can be read, and shares no line of code with the proxy: what it understands, every
 * server understands alike. Anything else is {@link Ambiguous}.
 */
final class StrictReader {
    private static final int MAX_LINE = 128 * 1024;
    private static final String TOKEN = "!#$%&'*+-.^_`|~";

    private final InputStream in;

    StrictReader(InputStream in) {
        this.in = in;
    }

    /** Bytes that two servers could understand differently. */
    static final class Ambiguous extends IOException {
        private static final long serialVersionUID = 1;

        Ambiguous(String what) {
            super(what);
        }
    }

    /** A request line and its fields; names in lower case. */
    record Head(String method, String target, List<String[]> fields) {
        List<String> values(String name) {
            List<String> values = new ArrayList<>();
            for (String[] field : fields) {
                if (field[0].equals(name)) {
                    values.add(field[1]);
                }
            }
            return values;
        }
    }

    /**
     * The next head.
     *
     * @throws EOFException at the end of input, between requests or within one
     * @throws Ambiguous if it is not plain
     */
    Head head() throws IOException {
        String[] words = line().split(" ", -1);
        require(words.length == 3, "request line of " + words.length + " words");
        require(isToken(words[0]), "method " + words[0]);
        require(words[1].startsWith("/") || (words[1].equals("*") && words[0].equals("OPTIONS")), "target " + words[1]);
        require(words[1].chars().allMatch(c -> c > 0x20 && c < 0x7F), "characters of target " + words[1]);
        require(words[2].equals("HTTP/1.1"), "version " + words[2]);
        return new Head(words[0], words[1], fields());
    }

    /** The next head of an answer: its version, then its status as target. */
    Head answerHead() throws IOException {
        String line = line();
        require(line.matches("HTTP/1\\.1 [1-9][0-9][0-9] [^\\x00-\\x08\\x0A-\\x1F\\x7F]*"), "status line " + line);
        return new Head("HTTP/1.1", line.substring(9, 12), fields());
    }

    /** Reads the body that {@code head} announces; returns its length. */
    long body(Head head) throws IOException {
        List<String> codings = head.values("transfer-encoding");
        List<String> lengths = head.values("content-length");
        require(codings.isEmpty() || lengths.isEmpty(), "both framings");
        if (!codings.isEmpty()) {
            require(codings.size() == 1 && codings.get(0).equals("chunked"), "codings " + codings);
            return chunked();
        }
        if (lengths.isEmpty()) {
            return 0;
        }
        require(lengths.size() == 1 && lengths.get(0).matches("[0-9]{1,18}"), "lengths " + lengths);
        long length = Long.parseLong(lengths.get(0));
        skip(length);
        return length;
    }

    private long chunked() throws IOException {
        long total = 0;
        while (true) {
            String size = line();
            require(size.matches("[0-9a-fA-F]{1,8}"), "chunk size " + size);
            long length = Long.parseLong(size, 16);
            if (length == 0) {
                for (String[] trailer : fields()) {
                    require(
                            !List.of("content-length", "transfer-encoding", "host")
                                    .contains(trailer[0]),
                            "trailer " + trailer[0]);
                }
                return total;
            }
            skip(length);
            require(line().isEmpty(), "no line break after a chunk");
            total += length;
        }
    }

    private List<String[]> fields() throws IOException {
        List<String[]> fields = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            require(colon > 0, "field " + line);
            require(isToken(line.substring(0, colon)), "field name " + line.substring(0, colon));
            String value = line.substring(colon + 1);
            require(value.chars().allMatch(c -> c == '\t' || (c >= 0x20 && c != 0x7F)), "field value " + value);
            fields.add(new String[] {line.substring(0, colon).toLowerCase(Locale.ROOT), value.strip()});
        }
        return fields;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int octet = octet();
            if (octet == '\r') {
                require(octet() == '\n', "bare CR");
                return line.toString();
            }
            require(octet != '\n', "bare LF");
            require(line.length() < MAX_LINE, "endless line");
            line.append((char) octet);
        }
    }

    private void skip(long bytes) throws IOException {
        for (long left = bytes; left > 0; left--) {
            octet();
        }
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException();
        }
        return octet;
    }

    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> (c < 0x80 && Character.isLetterOrDigit(c)) || TOKEN.indexOf(c) >= 0);
    }

    private static void require(boolean condition, String what) throws Ambiguous {
        if (!condition) {
            throw new Ambiguous(new String(what.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.US_ASCII));
        }
    }
}
