package io.redisroles.sidecar.limit;

import io.redisroles.contract.Algorithm;
import io.redisroles.contract.LimitMode;
import io.redisroles.contract.PolicySection.Amount;
import io.redisroles.contract.PolicySection.Limit;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A limit under one tier, with the numbers that its algorithm computes by and their form in a request to the script.
 * Immutable; costs some to make, so one is made for each tier of a limit.
 */
public final class Terms {
    private static final int SHADOW = 16;
    /** Where a window's lag is: behind its type and its bytes per counter. */
    private static final int LAG = 2;

    private static final long LONGEST_LEASE_MICROS = 2_400_000;

    private final Limit limit;
    private final Amount amount;
    private final Kind kind;
    private final long subWindowMicros;
    private final Pace pace;
    private final byte[] encoded;

    /** The number of sidecars seldom changes. */
    private volatile @Nullable Share lastShare;

    @SuppressWarnings("OptionalUsedAsFieldOrParameterType") // Nothing is a share too.
    private record Share(int sidecars, Optional<Terms> terms) {}

    /** The algorithms as the script knows them. */
    enum Kind {
        SLIDING_WINDOW(1),
        TOKEN_BUCKET(2),
        LEAKY_BUCKET(3),
        CONCURRENCY(4);

        private final int type;

        Kind(int type) {
            this.type = type;
        }

        static Kind of(Algorithm algorithm) {
            if (algorithm instanceof Algorithm.SlidingWindow) {
                return SLIDING_WINDOW;
            }
            if (algorithm instanceof Algorithm.TokenBucket) {
                return TOKEN_BUCKET;
            }
            return algorithm instanceof Algorithm.LeakyBucket ? LEAKY_BUCKET : CONCURRENCY;
        }
    }

    /**
     * The terms of {@code limit}.
     *
     * @param amount how many, for the tier
     */
    public Terms(Limit limit, Amount amount) {
        this.limit = limit;
        this.amount = amount;
        this.kind = Kind.of(limit.algorithm());
        this.subWindowMicros = SlidingWindow.subWindowMicros(limit.algorithm().horizon());
        this.pace = Pace.of(limit.algorithm(), amount, limit.cost());
        this.encoded = encode(limit.cost(), pace);
    }

    public Limit limit() {
        return limit;
    }

    /** How many, for the tier. */
    public Amount amount() {
        return amount;
    }

    /**
     * How far ahead tokens are leased, in microseconds: SlidingWindow debits the slot that holds the moment this far ahead, at
     * most the next one; TokenBucket reckons from that moment.
     */
    public long leaseMicros() {
        return Math.min(kind == Kind.SLIDING_WINDOW ? subWindowMicros : 2 * subWindowMicros, LONGEST_LEASE_MICROS);
    }

    /** How long a lease holds at most, in microseconds: under SlidingWindow the rest of this slot and the next one. */
    long longestLeaseMicros() {
        return Math.min(2 * subWindowMicros, LONGEST_LEASE_MICROS);
    }

    /** What one of {@code sidecars} may admit by itself; empty if that is nothing. */
    Optional<Terms> share(int sidecars) {
        Share known = lastShare;
        if (known == null || known.sidecars != sidecars) {
            long requests = amount.requests() / sidecars;
            long burst = amount.burst() / sidecars;
            boolean nothing = Math.min(requests, burst) < limit.cost();
            known = new Share(
                    sidecars, nothing ? Optional.empty() : Optional.of(new Terms(limit, new Amount(requests, burst))));
            lastShare = known;
        }
        return known.terms;
    }

    boolean isEnforced() {
        return limit.mode() == LimitMode.ENFORCE;
    }

    Kind kind() {
        return kind;
    }

    Pace pace() {
        return pace;
    }

    /** What a slot is held for without renewal, or a window's length. */
    long horizonMicros() {
        return FineTime.micros(limit.algorithm().horizon());
    }

    int encodedBytes() {
        return encoded.length;
    }

    /** Writes it for {@code holder} as the script reads it, for a counter whose sub-windows begin {@code lag} 256ths later. */
    void write(ByteBuffer out, int lag, Holder holder) {
        put(out, encoded, lag);
        if (kind == Kind.CONCURRENCY) {
            // The last twelve bytes.
            out.putLong(out.position() - 12, holder.id());
            out.putInt(out.position() - 4, holder.epoch());
        }
    }

    /** Writes it for a lease: a bucket's tokens are told by the time of one. */
    void writeLease(ByteBuffer out, int lag) {
        byte[] bytes =
                kind == Kind.TOKEN_BUCKET ? encode(1, new Pace(pace.one(), pace.one(), pace.capacity())) : encoded;
        put(out, bytes, lag);
    }

    private void put(ByteBuffer out, byte[] bytes, int lag) {
        int start = out.position();
        out.put(bytes);
        if (kind == Kind.SLIDING_WINDOW) {
            out.put(start + LAG, (byte) lag);
        }
    }

    private byte[] encode(long cost, Pace times) {
        ByteBuffer out = ByteBuffer.allocate(32);
        out.put((byte) (kind.type + (isEnforced() ? 0 : SHADOW)));
        switch (kind) {
            case SLIDING_WINDOW -> {
                out.put((byte) counterBytes()).put((byte) 0); // the counter's lag
                put(out, subWindowMicros, 5);
                out.putInt((int) amount.requests()).putInt((int) cost);
            }
            case TOKEN_BUCKET, LEAKY_BUCKET -> {
                put(out, horizonMicros(), 6);
                put(out, times.cost().micros(), 6);
                out.putInt((int) times.cost().femtos());
                put(out, times.capacity().micros(), 7);
                out.putInt((int) times.capacity().femtos());
            }
            case CONCURRENCY ->
                out.putInt((int) amount.requests())
                        .putInt((int) cost)
                        .putInt((int) horizonMicros())
                        .putLong(0)
                        .putInt(0);
        }
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    /** How wide a counter must be for the largest tier, in bytes. */
    private int counterBytes() {
        long largest = limit.largestRequests();
        return largest <= 0xFF ? 1 : largest <= 0xFFFF ? 2 : 4;
    }

    private static void put(ByteBuffer out, long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.put((byte) (value >>> shift));
        }
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || (other instanceof Terms terms && limit.equals(terms.limit) && amount.equals(terms.amount));
    }

    @Override
    public int hashCode() {
        return 31 * limit.hashCode() + amount.hashCode();
    }

    @Override
    public String toString() {
        return limit.name() + amount;
    }
}
