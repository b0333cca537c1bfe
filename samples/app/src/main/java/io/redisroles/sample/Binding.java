package io.redisroles.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where Redis is and how to log in there, as files in a directory (https://servicebinding.io/spec/core/1.1.0/).
 *
 * @param username empty for a password without a user name
 * @param password empty for a Redis without one
 */
record Binding(String host, int port, String username, Secret password) {
    /** Names the directory below which every directory is a binding. */
    static final String ROOT_VARIABLE = "SERVICE_BINDING_ROOT";

    private static final String TYPE = "redis";

    /** Takes the root from the environment. */
    static Path root(Map<String, String> environment) throws BindingException {
        String root = environment.getOrDefault(ROOT_VARIABLE, "");
        if (root.isBlank()) {
            throw new BindingException(
                    ROOT_VARIABLE + " is not set (expected: a directory with a binding of type " + TYPE + ")");
        }
        return Path.of(root);
    }

    /**
     * Reads the binding of type redis below {@code root}, the first by name if there are several.
     *
     * @throws BindingException naming the directory or file that is missing or wrong
     */
    static Binding find(Path root) throws BindingException {
        for (Path directory : directories(root)) {
            if (entry(directory, "type").equals(Optional.of(TYPE))) {
                return read(directory);
            }
        }
        throw new BindingException("no binding of type " + TYPE + " in " + root
                + " (expected: a directory there with the files type, host, port, username and password)");
    }

    private static Binding read(Path directory) throws BindingException {
        String port = required(directory, "port");
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65535) {
            throw new BindingException(directory.resolve("port") + ": " + port + " (expected: 1 to 65535)");
        }
        return new Binding(
                required(directory, "host"),
                Integer.parseInt(port),
                entry(directory, "username").orElse(""),
                new Secret(entry(directory, "password").orElse("")));
    }

    /** The directories below the root, without the hidden ones in which Kubernetes keeps versions of a volume. */
    private static List<Path> directories(Path root) throws BindingException {
        try (Stream<Path> entries = Files.list(root)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new BindingException(ROOT_VARIABLE + "=" + root + " cannot be read: " + reason(e), e);
        }
    }

    private static String required(Path directory, String name) throws BindingException {
        return entry(directory, name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> new BindingException(
                        directory.resolve(name) + " is missing or empty (expected: the " + name + " of Redis)"));
    }

    private static Optional<String> entry(Path directory, String name) throws BindingException {
        Path file = directory.resolve(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file).strip());
        } catch (IOException e) {
            throw new BindingException(file + " cannot be read: " + reason(e), e);
        }
    }

    /** Why, in words: the message of a file system exception is often only the name of the file. */
    private static String reason(IOException failure) {
        return failure.getClass().getSimpleName().replaceAll("([a-z])([A-Z])", "$1 $2");
    }
}
