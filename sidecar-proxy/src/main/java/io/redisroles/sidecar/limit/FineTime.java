package io.redisroles.sidecar.limit;

import java.math.BigInteger;
import java.time.Duration;

/**
 * A time or a point in time in microseconds and femtoseconds: fine enough for a billion requests a second, and both parts
 * stay exact in Lua's numbers.
 *
 * @param micros may be negative
 * @param femtos 0 to 999999999
 */
record FineTime(long micros, long femtos) implements Comparable<FineTime> {
    static final FineTime ZERO = new FineTime(0, 0);

    /** Longer ones are cut to this: 142 years, which leaves a point in time below 2^53 microseconds. */
    private static final long LONGEST_MICROS = (1L << 52) - 1;

    private static final long FEMTOS = 1_000_000_000L;

    static FineTime ofMicros(long micros) {
        return new FineTime(micros, 0);
    }

    static long micros(Duration duration) {
        return Math.addExact(Math.multiplyExact(duration.toSeconds(), 1_000_000L), duration.toNanosPart() / 1000);
    }

    /** The {@code parts}-th part of a time, rounded up; {@code parts} is at most a billion. */
    static FineTime partOf(long micros, long parts) {
        long femtos = (micros % parts * FEMTOS + parts - 1) / parts;
        return new FineTime(micros / parts + femtos / FEMTOS, femtos % FEMTOS);
    }

    /** Cut to the longest; {@code factor} is at most a billion. */
    FineTime times(long factor) {
        long carry = factor * femtos / FEMTOS;
        if (Math.multiplyHigh(factor, micros) != 0 || factor * micros < 0 || factor * micros > LONGEST_MICROS - carry) {
            return ofMicros(LONGEST_MICROS);
        }
        return new FineTime(factor * micros + carry, factor * femtos % FEMTOS);
    }

    FineTime plus(FineTime other) {
        long sum = femtos + other.femtos;
        return new FineTime(micros + other.micros + sum / FEMTOS, sum % FEMTOS);
    }

    FineTime minus(FineTime other) {
        long difference = femtos - other.femtos;
        return difference < 0
                ? new FineTime(micros - other.micros - 1, difference + FEMTOS)
                : new FineTime(micros - other.micros, difference);
    }

    /** How many times {@code part}, more than nothing, goes into it; 0 if it is negative. */
    long count(FineTime part) {
        if (compareTo(part) < 0) {
            return 0;
        }
        if (micros < Long.MAX_VALUE / FEMTOS) {
            return (micros * FEMTOS + femtos) / (part.micros * FEMTOS + part.femtos);
        }
        return exact(this).divide(exact(part)).longValueExact();
    }

    private static BigInteger exact(FineTime time) {
        return BigInteger.valueOf(time.micros)
                .multiply(BigInteger.valueOf(FEMTOS))
                .add(BigInteger.valueOf(time.femtos));
    }

    /** In whole microseconds, rounded up. */
    long ceil() {
        return femtos > 0 ? micros + 1 : micros;
    }

    @Override
    public int compareTo(FineTime other) {
        return micros != other.micros ? Long.compare(micros, other.micros) : Long.compare(femtos, other.femtos);
    }
}
