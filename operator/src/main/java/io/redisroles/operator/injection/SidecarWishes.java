package io.redisroles.operator.injection;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;

/**
 * What a pod's annotations say of its sidecar, with what is usual where they say nothing.
 *
 * @param image of the sidecar
 * @param memoryLimit how much memory it may have
 * @param cpuRequest how much CPU it is sure of; it is not limited
 * @param drainSeconds how long the app's containers wait before they are told to end; 0 if not at all
 */
record SidecarWishes(String image, Quantity memoryLimit, Quantity cpuRequest, int drainSeconds) {
    private static final Quantity USUAL_MEMORY = new Quantity("160Mi");
    private static final Quantity USUAL_CPU = new Quantity("20m");
    private static final BigDecimal LEAST_MEMORY = Quantity.getAmountInBytes(new Quantity("96Mi"));
    private static final int USUAL_DRAIN = 10;
    private static final int LONGEST_DRAIN = 60;

    /**
     * Reads the annotations.
     *
     * @throws IllegalArgumentException if one cannot be used
     */
    static SidecarWishes of(Pod pod, InjectionSettings settings) {
        return new SidecarWishes(
                image(pod, settings),
                quantity(
                        pod,
                        Annotations.MEMORY_LIMIT,
                        USUAL_MEMORY,
                        LEAST_MEMORY,
                        "a quantity from 96Mi, such as 256Mi"),
                quantity(
                        pod,
                        Annotations.CPU_REQUEST,
                        USUAL_CPU,
                        new BigDecimal("0.001"),
                        "a quantity from 1m, such as 100m"),
                drainSeconds(pod));
    }

    private static String image(Pod pod, InjectionSettings settings) {
        String image = Annotations.get(pod, Annotations.IMAGE).orElse(settings.sidecarImage());
        if (!image.matches("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}")) {
            throw invalid(Annotations.IMAGE, image, "an image, such as registry.example.com/sidecar:1.0");
        }
        return image;
    }

    private static Quantity quantity(Pod pod, String annotation, Quantity usual, BigDecimal least, String expected) {
        String text = Annotations.get(pod, annotation).orElse(usual.toString());
        try {
            Quantity quantity = Quantity.parse(text);
            if (Quantity.getAmountInBytes(quantity).compareTo(least) >= 0) {
                return quantity;
            }
        } catch (IllegalArgumentException e) {
            throw invalid(annotation, text, expected);
        }
        throw invalid(annotation, text, expected);
    }

    private static int drainSeconds(Pod pod) {
        String text = Annotations.get(pod, Annotations.DRAIN_SECONDS).orElse(String.valueOf(USUAL_DRAIN));
        if (!text.matches("\\d{1,2}") || Integer.parseInt(text) > LONGEST_DRAIN) {
            throw invalid(Annotations.DRAIN_SECONDS, text, "seconds from 0 to " + LONGEST_DRAIN);
        }
        return Integer.parseInt(text);
    }

    private static IllegalArgumentException invalid(String annotation, String value, String expected) {
        return new IllegalArgumentException(
                "annotation " + annotation + ": \"" + value + "\" (expected: " + expected + ")");
    }
}
