package io.redisroles.sidecar.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a password comes from; asked at each connect, so that a rotated one is found without a restart. */
public sealed interface Password {
    /** Its characters; empty means that none is sent. */
    char[] read() throws IOException;

    /** In a file, which may be replaced while the proxy runs. */
    record InFile(Path file) implements Password {
        @Override
        public char[] read() throws IOException {
            return Files.readString(file).strip().toCharArray();
        }
    }

    /** Given at start. */
    record Literal(String value) implements Password {
        @Override
        public char[] read() {
            return value.toCharArray();
        }

        @Override
        public String toString() {
            return "Literal[redacted]";
        }
    }
}
