package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A probe that the kubelet asks of the sidecar and the sidecar of the app, so that it still means the app and passes no limit.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = AppProbe.HttpGet.class, name = "HttpGet"),
    @JsonSubTypes.Type(value = AppProbe.TcpSocket.class, name = "TcpSocket"),
    @JsonSubTypes.Type(value = AppProbe.Grpc.class, name = "Grpc")
})
public sealed interface AppProbe {
    /** Of the app, 1 to 65535; reached on loopback. */
    int port();

    /** How long the app may take; the probe's {@code timeoutSeconds}. */
    Duration timeout();

    /**
     * The app is well if it answers 200 to 399; its status code is passed on.
     *
     * @param path with its query, beginning with a slash
     * @param headers in addition to the usual ones; {@code Host} replaces it
     */
    record HttpGet(int port, String path, List<Header> headers, Duration timeout) implements AppProbe {
        public HttpGet {
            headers = List.copyOf(headers);
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("path: \"" + path + "\" (expected: it begins with a slash)");
            }
            requireUsable(port, timeout);
        }
    }

    /** The app is well if it takes a connection. */
    record TcpSocket(int port, Duration timeout) implements AppProbe {
        public TcpSocket {
            requireUsable(port, timeout);
        }
    }

    /**
     * The app is well if its health service (grpc.health.v1) answers SERVING.
     *
     * @param service asked about; empty for the whole server
     */
    record Grpc(int port, String service, Duration timeout) implements AppProbe {
        public Grpc {
            requireUsable(port, timeout);
        }
    }

    /** A field of the request. */
    record Header(String name, String value) {
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

        public Header {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("headers: \"" + name + "\" is no name of a field");
            }
            if (value.chars().anyMatch(character -> (character < ' ' && character != '\t') || character == 0x7F)) {
                throw new IllegalArgumentException("headers: the value of " + name + " has control characters");
            }
        }
    }

    private static void requireUsable(int port, Duration timeout) {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: more than 0, at most 1h)");
        }
    }
}
