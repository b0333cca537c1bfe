package io.redisroles.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.redisroles.cli.demo.Check;
import io.redisroles.cli.demo.Demo;
import io.redisroles.cli.demo.DemoFolder;
import io.redisroles.cli.demo.Report;
import io.redisroles.cli.local.Checkout;
import io.redisroles.cli.local.LocalInstance;
import io.redisroles.operator.status.Transitions;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** {@code redisrole demo}: up on samples/caas with scripted traffic, a report and an exit code. */
@CommandLine.Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Serves samples/caas, drives traffic through it, and says of each promise whether it held.",
        footer = {"", "Exit code 0 only if every promise held. About half a minute; with --full a minute more."})
final class DemoCommand implements Callable<Integer> {
    @CommandLine.Option(names = "--full", description = "Also spread 101 requests over 50 seconds.")
    private boolean full;

    @CommandLine.Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @CommandLine.Mixin
    private PortOffset offset;

    @CommandLine.Option(
            names = "--redis-server",
            paramLabel = "FILE",
            description = "The redis-server to run (default: the one on the PATH, else an embedded one).")
    private Optional<Path> redisServer;

    @Override
    public Integer call() {
        PrintStream progress = json ? System.err : System.out;
        try (DemoFolder folder = DemoFolder.copyOf(Checkout.home().resolve("samples/caas"));
                LocalInstance instance = start(folder)) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(instance, folder), "stop"));
            progress.println(instance.redisDescription());
            progress.println("starting samples/caas ...");
            Report report = new Demo(full).play(instance, folder, part -> print(progress, part));
            summary(report, progress);
            return report.held() ? 0 : 1;
        }
    }

    private static void stop(LocalInstance instance, DemoFolder folder) {
        instance.close();
        folder.close();
    }

    private LocalInstance start(DemoFolder folder) {
        return LocalInstance.start(
                new LocalInstance.Settings(
                        folder.path(), offset.ports(), Optional.empty(), Optional.empty(), redisServer),
                Clock.systemUTC(),
                new Silence());
    }

    private static void print(PrintStream out, Report.Part part) {
        out.println();
        out.println(part.title());
        for (Check check : part.checks()) {
            out.println((check.held() ? "  ok      " : "  BROKEN  ") + check.promise() + "   ["
                    + shortened(check.seen()) + "]");
        }
    }

    private void summary(Report report, PrintStream progress) {
        progress.println();
        progress.println((report.promises() - report.broken()) + " of " + report.promises()
                + " promises held; ready after " + report.readyMillis() + " ms");
        if (json) {
            System.out.println(toJson(report));
        }
    }

    private static String toJson(Report report) {
        try {
            return JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build()
                    .writeValueAsString(report);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a report is plain data", e);
        }
    }

    private static String shortened(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= 160 ? line : line.substring(0, 157) + "...";
    }

    /** The report tells what happened. */
    private static final class Silence implements LocalInstance.Listener {
        @Override
        public void event(String object, Transitions.RoleEvent event) {}

        @Override
        public void note(String message) {}
    }
}
