package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Optional;

/** Sizes in bytes, and how Kubernetes writes them. */
public final class Bytes {
    public static final long KI = 1024L;
    public static final long MI = 1024L * KI;
    public static final long GI = 1024L * MI;
    static final long TI = 1024L * GI;

    /** A pebibyte: what is larger is a slip, and sums of it would overflow. */
    private static final long LARGEST = 1024L * TI;

    private Bytes() {}

    /**
     * Reads a Kubernetes quantity.
     *
     * @throws IllegalArgumentException if it is not a size, not above 0, above 1Pi, or not a whole number of bytes
     */
    public static long of(Quantity quantity) {
        long exact;
        try {
            exact = Quantity.getAmountInBytes(quantity).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("\"" + quantity + "\" is not a whole number of bytes", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + quantity + "\" is not a size", e);
        }
        if (exact <= 0 || exact > LARGEST) {
            throw new IllegalArgumentException("\"" + quantity + "\" is not more than 0 and at most 1Pi");
        }
        return exact;
    }

    /** As {@link #of}; empty if it is no size or out of range, which then is a problem of {@code field}. */
    static Optional<Long> orProblem(
            String field, Quantity quantity, long smallest, long largest, List<Problem> problems) {
        try {
            long bytes = of(quantity);
            if (bytes >= smallest && bytes <= largest) {
                return Optional.of(bytes);
            }
            problems.add(new Problem(
                    field,
                    "\"" + quantity + "\" is out of range (expected: " + text(smallest) + " to " + text(largest)
                            + ")"));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(field, e.getMessage() + " (expected a size, for example 256Mi)"));
        }
        return Optional.empty();
    }

    /** The quantity in its shortest exact binary form, as the API server would write it. */
    public static Quantity quantity(long bytes) {
        return new Quantity(text(bytes));
    }

    /** As {@link #quantity}, as text: {@code 256Mi}. */
    public static String text(long bytes) {
        if (bytes % TI == 0) {
            return bytes / TI + "Ti";
        }
        if (bytes % GI == 0) {
            return bytes / GI + "Gi";
        }
        if (bytes % MI == 0) {
            return bytes / MI + "Mi";
        }
        return bytes % KI == 0 ? bytes / KI + "Ki" : String.valueOf(bytes);
    }

    /** Rounds up to a multiple of {@code unit}. */
    static long ceil(long bytes, long unit) {
        return (bytes + unit - 1) / unit * unit;
    }
}
