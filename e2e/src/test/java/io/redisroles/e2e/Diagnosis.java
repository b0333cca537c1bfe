package io.redisroles.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What a person wants to see of a failed test, in {@code e2e/target/failed/<class>.<test>/}. */
final class Diagnosis {
    private Diagnosis() {}

    static void collect(Cluster cluster, ExtensionContext context, Instant since) {
        Path folder = Settings.ROOT
                .resolve("e2e/target/failed")
                .resolve(context.getRequiredTestClass().getSimpleName() + "."
                        + context.getRequiredTestMethod().getName());
        Command kubectl = cluster.kubectl();
        write(folder, "operator.log", cluster.operator().log(since));
        write(folder, "events.txt", output(kubectl, "get", "events", "-A", "--sort-by=.lastTimestamp"));
        write(
                folder,
                "objects.txt",
                output(kubectl, "get", "all,pvc,networkpolicy,redisroles,accesspolicies", "-A", "-o", "wide"));
        write(folder, "roles.yaml", output(kubectl, "get", "redisroles,accesspolicies", "-A", "-o", "yaml"));
        write(folder, "pods.txt", output(kubectl, "describe", "pods", "-A"));
        System.err.println("what the cluster looked like: " + folder);
    }

    private static String output(Command kubectl, String... arguments) {
        return kubectl.attempt(arguments).output();
    }

    private static void write(Path folder, String name, String text) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
