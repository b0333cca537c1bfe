package io.redisroles.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Starts the app; ends with 0 when it is asked to end and with 2 when it cannot start. */
public final class Main {
    private static final int CANNOT_START = 2;

    private Main() {}

    public static void main(String[] arguments) {
        try {
            Options options = Options.parse(List.of(arguments));
            if (options.help()) {
                System.out.print(Options.USAGE);
            } else {
                serve(options);
            }
        } catch (IllegalArgumentException | BindingException | IOException e) {
            System.err.println("sample-app: " + e.getMessage());
            System.exit(CANNOT_START);
        }
    }

    private static void serve(Options options) throws BindingException, IOException {
        Path bindings = Binding.root(System.getenv());
        Binding.find(bindings);
        RedisConnection redis = new RedisConnection(bindings);
        AppServer server = AppServer.start(options.host(), options.port(), new Routes(new Logins(redis)));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "stop"));
        // Tried once now, so that the first login does not pay for it; without Redis the app serves all the same.
        redis.connect().join();
        System.out.println("listening on http://" + server.address());
    }

    /** Halts, because a JVM that a signal ends would otherwise say 143 and not 0. */
    private static void stop(AppServer server) {
        server.close();
        Runtime.getRuntime().halt(0);
    }
}
