package io.redisroles.sample;

import java.util.Iterator;
import java.util.List;

/** What the command line says. */
record Options(String host, int port, boolean help) {
    static final String USAGE = """
            Usage: java -jar sample-app.jar [--host ADDRESS] [--port N]

            A small HTTP server that logs users in and out and leaves the rest to its sidecar.

              --host ADDRESS  to listen on (default: 127.0.0.1)
              --port N        to listen on (default: 8081; 0 picks a free one)
              --help          prints this

            Redis is the binding of type redis below $SERVICE_BINDING_ROOT: a directory with the
            files type, host, port, username and password.
            """;

    /**
     * Reads the command line; a later option overrides an earlier one.
     *
     * @throws IllegalArgumentException naming what is wrong
     */
    static Options parse(List<String> arguments) {
        String host = "127.0.0.1";
        int port = 8081;
        boolean help = false;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--host" -> host = value(option, rest);
                case "--port" -> port = port(value(option, rest));
                case "--help" -> help = true;
                default ->
                    throw new IllegalArgumentException(
                            "unknown option: " + option + " (expected: --host, --port or --help)");
            }
        }
        return new Options(host, port, help);
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " has no value");
        }
        return rest.next();
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
            throw new IllegalArgumentException("--port: " + text + " (expected: 0 to 65535)");
        }
        return Integer.parseInt(text);
    }
}
