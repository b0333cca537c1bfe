package io.redisroles.cli;

import io.redisroles.cli.local.LocalInstance;
import io.redisroles.cli.screen.LiveScreen;
import io.redisroles.cli.screen.RoleTable;
import io.redisroles.contract.Endpoint;
import io.redisroles.operator.status.Transitions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** {@code redisrole up}: serves a folder of resources until Ctrl-C. */
@CommandLine.Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description =
                "Serves the RedisRoles and the AccessPolicy of a folder on this machine, without a cluster, until Ctrl-C.",
        footer = {
            "",
            "Every role is a real redis-server on 127.0.0.1 at its Service port; the app is served through a real",
            "sidecar at the policy's port. Edits of the files are followed. Nothing is left behind without --data."
        })
final class UpCommand implements Runnable {
    private static final Duration ROUND = Duration.ofMillis(250);
    private static final Duration SLOW_START = Duration.ofSeconds(15);

    @CommandLine.Parameters(paramLabel = "DIR", description = "Folder with YAML files, for example samples/caas.")
    private Path resources;

    @CommandLine.Mixin
    private PortOffset offset;

    @CommandLine.Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Keep data and credentials here (default: nothing is kept).")
    private Optional<Path> data;

    @CommandLine.Option(
            names = "--app",
            paramLabel = "HOST:PORT",
            converter = EndpointOption.class,
            description = "Stand before this app (default: the sample app).")
    private Optional<Endpoint> app;

    @CommandLine.Option(
            names = "--redis-server",
            paramLabel = "FILE",
            description = "The redis-server to run (default: the one on the PATH, else an embedded one).")
    private Optional<Path> redisServer;

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public void run() {
        LiveScreen screen = new LiveScreen(System.out, Integer.getInteger("redisroles.columns", 0));
        LocalInstance.Settings settings = new LocalInstance.Settings(resources, offset.ports(), data, app, redisServer);
        Thread end = new Thread(this::stop, "stop");
        Events events = new Events(screen);
        try (LocalInstance instance = LocalInstance.start(settings, Clock.systemUTC(), events)) {
            Runtime.getRuntime().addShutdownHook(end);
            screen.line(instance.redisDescription());
            serve(instance, screen, events);
        } finally {
            closed.countDown();
        }
    }

    private void serve(LocalInstance instance, LiveScreen screen, Events events) {
        Instant started = Instant.now();
        boolean ready = false;
        boolean warned = false;
        do {
            instance.tick();
            if (ready) {
                screen.update(block(instance));
            } else if (instance.isReady()) {
                ready = true;
                events.begin();
                screen.show(block(instance));
            } else if (!warned && started.plus(SLOW_START).isBefore(Instant.now())) {
                warned = true;
                instance.notReady().forEach(screen::line);
            }
        } while (!isStopped());
        screen.line("stopping");
    }

    private boolean isStopped() {
        try {
            return stopped.await(ROUND.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Runs when the JVM is told to end: lets the main thread close everything, and waits until it has. */
    private void stop() {
        stopped.countDown();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> block(LocalInstance instance) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.addAll(RoleTable.lines(instance.roles()));
        lines.add("");
        instance.served()
                .ifPresent(served -> lines.addAll(CurlLines.of(served, instance.ports(), instance.credentials())));
        lines.add("eval \"$(./redisrole binding " + instance.roles().get(0).name() + offsetOption(instance)
                + ")\"   # then: redis-cli -u \"$REDIS_URL\"");
        lines.add("ready");
        return lines;
    }

    private static String offsetOption(LocalInstance instance) {
        return instance.ports().offset() == 0
                ? ""
                : " --port-offset " + instance.ports().offset();
    }

    /** Reads {@code HOST:PORT} or {@code http://HOST:PORT}. */
    static final class EndpointOption implements CommandLine.ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String value) {
            try {
                return Endpoint.parse(value.replaceFirst("^http://", "").replaceFirst("/$", ""));
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    /** Prints what happens once everything is ready; how it got there is nobody's concern. */
    private static final class Events implements LocalInstance.Listener {
        private final LiveScreen screen;
        private boolean begun;

        Events(LiveScreen screen) {
            this.screen = screen;
        }

        void begin() {
            begun = true;
        }

        @Override
        public void event(String object, Transitions.RoleEvent event) {
            if (begun) {
                screen.line(time() + (event.warning() ? "  Warning  " : "  Normal   ") + object + "  " + event.reason()
                        + "  " + event.message());
            }
        }

        @Override
        public void note(String message) {
            screen.line(time() + "  " + message);
        }

        private static LocalTime time() {
            return LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
        }
    }
}
