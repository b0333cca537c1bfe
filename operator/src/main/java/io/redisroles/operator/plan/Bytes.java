package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;

/** Sizes in bytes, and how Kubernetes writes them. */
public final class Bytes {
    public static final long KI = 1024L;
    public static final long MI = 1024L * KI;
    public static final long GI = 1024L * MI;

    /** A pebibyte: what is larger is a slip, and sums of it would overflow. */
    private static final long LARGEST = 1024L * 1024L * GI;

    private Bytes() {}

    /**
     * Reads a Kubernetes quantity.
     *
     * @throws IllegalArgumentException if it is not a size, not above 0, above 1Pi, or not a whole number of bytes
     */
    public static long of(Quantity quantity) {
        try {
            long exact = Quantity.getAmountInBytes(quantity).longValueExact();
            if (exact <= 0 || exact > LARGEST) {
                throw new IllegalArgumentException("\"" + quantity + "\" is not more than 0 and at most 1Pi");
            }
            return exact;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("\"" + quantity + "\" is not a whole number of bytes", e);
        }
    }

    /** As {@link #of}; what is wrong becomes a problem of {@code field}, and the answer is then 64Mi to go on with. */
    static long orProblem(String field, Quantity quantity, List<Problem> problems) {
        try {
            return of(quantity);
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(field, e.getMessage() + " (expected a size, for example 256Mi)"));
            return 64 * MI;
        }
    }

    /** The quantity in its shortest exact binary form, as the API server would write it. */
    public static Quantity quantity(long bytes) {
        return new Quantity(text(bytes));
    }

    /** As {@link #quantity}, as text: {@code 256Mi}. */
    public static String text(long bytes) {
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
