package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.redisroles.api.v1alpha1.AccessPolicy;
import io.redisroles.api.v1alpha1.RedisRole;
import io.redisroles.operator.Samples;
import io.redisroles.operator.injection.InjectionSettings.Capabilities;
import io.redisroles.operator.plan.NamespacePlans;
import io.redisroles.operator.plan.PolicyTarget;
import io.redisroles.operator.plan.RolePlanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory with a pod, its policies and Services ({@code in-<Kind>*.yaml}), and the pod that it becomes
 * ({@code out-Pod.yaml}) with what the user is told ({@code out-warnings.txt}).
 */
record InjectionCase(Path directory) {
    private static final Path ROOT = Path.of("src", "test", "resources", "injection");

    static Stream<InjectionCase> all() {
        return entries(ROOT).map(InjectionCase::new);
    }

    /** Cases whose directory is named for it run as below 1.29. */
    InjectionSettings settings() {
        return settings(toString().endsWith("-1.28") ? 28 : 35);
    }

    static InjectionSettings settings(int minor) {
        return new InjectionSettings("sidecar:test", "redirect:test", Capabilities.of(minor));
    }

    Pod pod() {
        return read("in-Pod.yaml", Pod.class);
    }

    Injection decision() {
        return Injection.of(
                pod(),
                new Neighbourhood(
                        targets(inputs("AccessPolicy", AccessPolicy.class)), inputs("Service", Service.class)),
                settings());
    }

    /** Of policies that refer to a role called sample. */
    static List<PolicyTarget> targets(List<AccessPolicy> policies) {
        RedisRole role = Samples.role("{role: gateway}");
        return new NamespacePlans(new RolePlanner(Samples.SETTINGS), List.of(role), policies).targets();
    }

    String expected(String file) {
        Path path = directory.resolve(file);
        return Files.exists(path) ? text(path) : "";
    }

    void write(String file, String text) {
        try {
            if (text.isEmpty()) {
                Files.deleteIfExists(directory.resolve(file));
            } else {
                Files.writeString(directory.resolve(file), text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Path> strays() {
        return entries(directory)
                .filter(file -> !String.valueOf(file.getFileName())
                        .matches("in-(Pod|AccessPolicy.*|Service.*)[.]yaml|out-Pod[.]yaml|out-warnings[.]txt"))
                .toList();
    }

    @Override
    public String toString() {
        return String.valueOf(directory.getFileName());
    }

    private <T> List<T> inputs(String kind, Class<T> type) {
        return entries(directory)
                .map(file -> String.valueOf(file.getFileName()))
                .filter(name -> name.startsWith("in-" + kind))
                .map(name -> read(name, type))
                .toList();
    }

    private <T> T read(String file, Class<T> type) {
        return Serialization.unmarshal(text(directory.resolve(file)), type);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> entries(Path directory) {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
