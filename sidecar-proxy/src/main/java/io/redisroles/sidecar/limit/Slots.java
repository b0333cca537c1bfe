package io.redisroles.sidecar.limit;

import java.util.HashMap;
import java.util.Map;

/**
 * A Concurrency limit's state: how many slots each holder has, and until when. {@code counters.lua} is the same algorithm; a
 * test compares the two decision by decision. Not thread-safe.
 */
final class Slots implements Tally {
    /** After the clock stepped back a lease ends no later than the longest one would. */
    private static final long LONGEST_LEASE_MICROS = 600_000_000;

    /** Of what this process itself holds. */
    private static final long FOREVER_MICROS = 1L << 60;

    private final Map<Long, Holding> holders = new HashMap<>();

    private record Holding(long slots, long epoch, long end) {}

    /** The slots that are taken at {@code nowMicros}. */
    long taken(long nowMicros) {
        long sum = 0;
        for (Holding holding : holders.values()) {
            sum += holding.end > nowMicros ? holding.slots : 0;
        }
        return sum;
    }

    /** Takes slots; the holder's whole lease begins again. */
    void take(long nowMicros, long holder, long epoch, long slots, long leaseMicros) {
        hold(nowMicros, holder, epoch, mine(nowMicros, holder) + slots, leaseMicros);
    }

    /**
     * Begins the holder's lease again.
     *
     * @param least how many slots it has for certain
     * @return how many are counted for it
     */
    long renew(long nowMicros, long holder, long epoch, long least, long leaseMicros) {
        long slots = Math.max(mine(nowMicros, holder), least);
        hold(nowMicros, holder, epoch, slots, leaseMicros);
        return slots;
    }

    /** Gives slots back, unless a later epoch of the holder has been seen. */
    void release(long nowMicros, long holder, long epoch, long slots) {
        Holding before = holders.get(holder);
        if (before == null || before.end <= nowMicros || before.epoch <= epoch) {
            dropEnded(nowMicros, holder);
            if (before != null && before.slots > slots && before.end > nowMicros) {
                holders.put(holder, new Holding(before.slots - slots, before.epoch, before.end));
            } else {
                holders.remove(holder);
            }
        }
    }

    @Override
    public boolean fits(long nowMicros, Terms terms) {
        return taken(nowMicros) + terms.limit().cost() <= terms.amount().requests();
    }

    @Override
    public void debit(long nowMicros, Terms terms) {
        take(nowMicros, 0, 0, terms.limit().cost(), FOREVER_MICROS);
    }

    @Override
    public Quota quota(long nowMicros, Terms terms, boolean exceeded) {
        return new Quota(terms, Math.max(terms.amount().requests() - taken(nowMicros), 0), 0, exceeded);
    }

    @Override
    public boolean isEmptyAt(long nowMicros) {
        return taken(nowMicros) == 0;
    }

    private long mine(long nowMicros, long holder) {
        Holding before = holders.get(holder);
        return before == null || before.end <= nowMicros ? 0 : before.slots;
    }

    private void hold(long nowMicros, long holder, long epoch, long slots, long leaseMicros) {
        Holding before = holders.get(holder);
        long latest = before == null || before.end <= nowMicros ? epoch : Math.max(before.epoch, epoch);
        dropEnded(nowMicros, holder);
        if (slots > 0) {
            holders.put(holder, new Holding(slots, latest, nowMicros + leaseMicros));
        } else {
            holders.remove(holder);
        }
    }

    private void dropEnded(long nowMicros, long writer) {
        holders.values().removeIf(holding -> holding.end <= nowMicros);
        holders.replaceAll((holder, holding) -> holder == writer
                ? holding
                : new Holding(holding.slots, holding.epoch, Math.min(holding.end, nowMicros + LONGEST_LEASE_MICROS)));
    }
}
