package io.redisroles.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host and a port, written {@code host:port} ({@code [::1]:port} for IPv6).
 *
 * @param host a name or an address without brackets
 * @param port 0 to 65535; 0 lets the system choose, for listeners only
 */
public record Endpoint(String host, int port) {
    private static final Pattern TEXT =
            Pattern.compile("(\\[(?<ipv6>[^\\s\\[\\]]*:[^\\s\\[\\]]*)]|(?<name>[^\\s:\\[\\]]+)):(?<port>[0-9]{1,5})");

    public Endpoint {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host: empty (expected a name or an address)");
        }
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected 0 to 65535)");
        }
    }

    /**
     * Reads {@code host:port}.
     *
     * @throws IllegalArgumentException if the port is missing or not a number, or an IPv6 address has no brackets
     */
    @JsonCreator
    public static Endpoint parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an address (expected host:port, with IPv6 as [::1]:port)");
        }
        String name = parts.group("name");
        return new Endpoint(name == null ? parts.group("ipv6") : name, Integer.parseInt(parts.group("port")));
    }

    @JsonValue
    @Override
    public String toString() {
        return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
    }
}
