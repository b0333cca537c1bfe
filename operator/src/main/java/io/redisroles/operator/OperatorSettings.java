package io.redisroles.operator;

import io.redisroles.operator.admission.WebhookSettings;
import io.redisroles.operator.plan.PlanSettings;
import io.redisroles.operator.shard.NamespaceChoice;
import io.redisroles.operator.shard.SelectorText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the operator is started with; the only reader of the environment.
 *
 * @param namespaces that are looked after
 * @param plan what planning needs to know
 * @param healthPort where probes are answered; 0 for any free one
 * @param threads how many resources of one kind are reconciled at once
 * @param podName of this process, by which it stands for election; empty if it is the only one
 * @param webhooks how sidecars are injected; empty if they are not
 */
public record OperatorSettings(
        NamespaceChoice namespaces,
        PlanSettings plan,
        int healthPort,
        int threads,
        Optional<String> podName,
        Optional<WebhookSettings> webhooks) {
    private static final String DEFAULT_REDIS_IMAGE = "docker.io/library/redis:7.2.7";
    private static final String POD_NAME = "([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?)?";
    private static final Path MOUNTED_CERTIFICATE = Path.of("/etc/redis-roles/webhook");
    private static final String NAMESPACE = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    /** A setting that cannot be used; the message says which, its value, and what was expected. */
    public static final class InvalidException extends RuntimeException {
        InvalidException(String message) {
            super(message);
        }
    }

    /**
     * Reads the environment.
     *
     * @throws InvalidException if a setting cannot be used
     */
    public static OperatorSettings fromEnvironment(Map<String, String> environment) {
        return new OperatorSettings(
                namespaces(environment),
                new PlanSettings(
                        text(environment, "DEFAULT_REDIS_IMAGE", DEFAULT_REDIS_IMAGE, "\\S+", "an image"),
                        text(environment, "OPERATOR_NAMESPACE", "", NAMESPACE, "the namespace of the operator's pods")),
                number(environment, "HEALTH_PORT", 8080, 65535),
                number(environment, "RECONCILE_THREADS", 8, 256),
                Optional.of(text(environment, "POD_NAME", "", POD_NAME, "the name of the operator's pod"))
                        .filter(name -> !name.isEmpty()),
                webhooks(environment));
    }

    private static Optional<WebhookSettings> webhooks(Map<String, String> environment) {
        String sidecar = text(environment, "SIDECAR_IMAGE", "", "\\S*", "an image");
        String redirect = text(environment, "REDIRECT_IMAGE", "", "\\S*", "an image");
        check(
                sidecar.isEmpty() == redirect.isEmpty(),
                sidecar.isEmpty() ? "SIDECAR_IMAGE" : "REDIRECT_IMAGE",
                "",
                "an image, because " + (sidecar.isEmpty() ? "REDIRECT_IMAGE" : "SIDECAR_IMAGE") + " is set");
        String certificates =
                text(environment, "WEBHOOK_CERTIFICATES", "Managed", "Managed|Mounted", "Managed or Mounted");
        WebhookSettings settings = new WebhookSettings(
                sidecar,
                redirect,
                number(environment, "WEBHOOK_PORT", 9443, 65535),
                certificates.equals("Mounted") ? Optional.of(MOUNTED_CERTIFICATE) : Optional.empty());
        return sidecar.isEmpty() ? Optional.empty() : Optional.of(settings);
    }

    private static NamespaceChoice namespaces(Map<String, String> environment) {
        Set<String> names = names(environment);
        String selector = environment.getOrDefault("NAMESPACE_SELECTOR", "").strip();
        if (selector.isEmpty()) {
            return NamespaceChoice.named(names);
        }
        check(names.isEmpty(), "NAMESPACE_SELECTOR", selector, "nothing, because WATCH_NAMESPACES is set");
        try {
            return SelectorText.read(selector).map(NamespaceChoice::labelled).orElse(NamespaceChoice.ALL);
        } catch (IllegalArgumentException e) {
            throw new InvalidException("NAMESPACE_SELECTOR: \"" + selector + "\" (expected: " + e.getMessage() + ")");
        }
    }

    private static Set<String> names(Map<String, String> environment) {
        Set<String> names = Arrays.stream(
                        environment.getOrDefault("WATCH_NAMESPACES", "").split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet());
        for (String name : names) {
            check(name.matches(NAMESPACE), "WATCH_NAMESPACES", name, "names of namespaces, separated by commas");
        }
        return names;
    }

    private static String text(
            Map<String, String> environment, String name, String absent, String pattern, String expected) {
        String given = environment.getOrDefault(name, "");
        String value = given.isBlank() ? absent : given;
        check(value.matches(pattern), name, value, expected);
        return value;
    }

    private static int number(Map<String, String> environment, String name, int absent, int most) {
        String value = text(environment, name, String.valueOf(absent), ".*", "");
        boolean usable = value.matches("\\d{1,6}") && Integer.parseInt(value) >= 1 && Integer.parseInt(value) <= most;
        check(usable, name, value, "a number from 1 to " + most);
        return Integer.parseInt(value);
    }

    private static void check(boolean usable, String name, String value, String expected) {
        if (!usable) {
            throw new InvalidException(name + ": \"" + value + "\" (expected: " + expected + ")");
        }
    }
}
