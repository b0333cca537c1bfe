package io.redisroles.operator.plan;

import io.fabric8.kubernetes.api.model.Quantity;

/** Sizes in bytes, and how Kubernetes writes them. */
public final class Bytes {
    public static final long KI = 1024L;
    public static final long MI = 1024L * KI;
    public static final long GI = 1024L * MI;

    private Bytes() {}

    /**
     * Reads a Kubernetes quantity.
     *
     * @throws IllegalArgumentException if it is not a size, negative, or not a whole number of bytes
     */
    public static long of(Quantity quantity) {
        try {
            long exact = Quantity.getAmountInBytes(quantity).longValueExact();
            if (exact <= 0) {
                throw new IllegalArgumentException("\"" + quantity + "\" is not more than 0");
            }
            return exact;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("\"" + quantity + "\" is not a whole number of bytes", e);
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
