package io.redisroles.cli.local;

import io.redisroles.cli.CliException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of this project that runs in a JVM of its own.
 *
 * @param jar with its libraries beside it
 * @param options of the JVM
 */
record JavaProgram(Path jar, List<String> options) {
    JavaProgram {
        options = List.copyOf(options);
        if (!Files.isRegularFile(jar)) {
            throw new CliException(jar + " is not there: build it with ./mvnw -DskipTests package");
        }
    }

    static JavaProgram sidecar() {
        Path module = Checkout.home().resolve("sidecar-proxy");
        return new JavaProgram(
                module.resolve("target/sidecar-proxy.jar"),
                List.of("@" + module.resolve("src/main/jvm/sidecar.options")));
    }

    static JavaProgram sampleApp() {
        return new JavaProgram(
                Checkout.home().resolve("samples/app/target/sample-app.jar"),
                List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    }

    List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-jar");
        command.add(jar.toString());
        command.addAll(arguments);
        return command;
    }
}
