package io.redisroles.sidecar.limit;

import io.redisroles.sidecar.redis.RedisStore;
import io.redisroles.sidecar.redis.Script;
import io.redisroles.sidecar.redis.StoreUnavailableException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Counters in Redis, on its clock: one call of one script for all asks, with one packed argument and one packed answer. */
public final class RedisCounters implements SharedCounters {
    public static final Script SCRIPT = Script.fromResource(RedisCounters.class, "counters.lua");

    private static final int DEBIT = 1;
    private static final int LEASE = 2;
    private static final int REFUND = 3;
    private static final int RENEW = 4;
    private static final int RELEASE = 5;
    /** Kind and number of charges before them, and at most twelve bytes after them. */
    private static final int ASK_BYTES = 14;

    private final RedisStore store;
    private final Script script;
    private final Holder holder;

    RedisCounters(RedisStore store, Holder holder) {
        this(store, SCRIPT, holder);
    }

    RedisCounters(RedisStore store, Script script, Holder holder) {
        this.store = store;
        this.script = script;
        this.holder = holder;
    }

    @Override
    public CompletionStage<List<Reply>> decide(List<Ask> asks) {
        int charges = 0;
        int bytes = 0;
        for (int i = 0; i < asks.size(); i++) {
            Ask ask = asks.get(i);
            charges += ask.size();
            bytes += ASK_BYTES;
            for (int c = 0; c < ask.size(); c++) {
                bytes += ask.charge(c).terms().encodedBytes();
            }
        }
        if (charges > MAX_CHARGES) {
            throw new IllegalArgumentException(
                    charges + " charges in one call (expected: at most " + MAX_CHARGES + ")");
        }
        byte[][] keys = new byte[charges][];
        ByteBuffer out = ByteBuffer.allocate(bytes);
        int key = 0;
        for (int i = 0; i < asks.size(); i++) {
            Ask ask = asks.get(i);
            for (int c = 0; c < ask.size(); c++) {
                keys[key++] = ask.charge(c).key().getBytes(StandardCharsets.UTF_8);
            }
            write(out, ask);
        }
        byte[] request = new byte[out.position()];
        out.flip().get(request);
        Answer answer = new Answer(asks);
        store.evaluate(script, keys, new byte[][] {request}, answer);
        return answer;
    }

    private void write(ByteBuffer out, Ask ask) {
        if (ask instanceof Ask.Debit debit) {
            out.put((byte) DEBIT).put((byte) debit.size());
            for (int i = 0; i < debit.size(); i++) {
                debit.charge(i).write(out, holder);
            }
        } else if (ask instanceof Ask.Lease lease) {
            Terms terms = lease.charge().terms();
            out.put((byte) LEASE).put((byte) 1);
            lease.charge().writeLease(out);
            out.putInt((int) lease.most()).putInt(lease.share()).putInt((int) terms.leaseMicros());
        } else if (ask instanceof Ask.Refund refund) {
            single(out, REFUND, refund.charge());
            out.put((byte) (refund.slot() >>> 32)).putInt((int) refund.slot()).putInt((int) refund.tokens());
        } else if (ask instanceof Ask.Renew renew) {
            single(out, RENEW, renew.charge());
            out.putInt((int) renew.atLeast());
        } else if (ask instanceof Ask.Release release) {
            single(out, RELEASE, release.charge());
            out.putInt((int) release.slots());
        }
    }

    private void single(ByteBuffer out, int kind, Charge charge) {
        out.put((byte) kind).put((byte) 1);
        charge.write(out, holder);
    }

    private static List<Reply> read(List<Ask> asks, ByteBuffer in) {
        if (asks.size() == 1) {
            return List.of(read(asks.get(0), in));
        }
        List<Reply> replies = new ArrayList<>(asks.size());
        for (int i = 0; i < asks.size(); i++) {
            replies.add(read(asks.get(i), in));
        }
        return replies;
    }

    private static Reply read(Ask ask, ByteBuffer in) {
        if (ask instanceof Ask.Debit debit) {
            return decision(debit, in);
        }
        if (ask instanceof Ask.Lease lease) {
            long tokens = in.getInt();
            long slot = (in.get() & 0xFFL) << 32 | (in.getInt() & 0xFFFF_FFFFL);
            long micros = in.getInt();
            return new Reply.Granted(tokens, slot, micros, quota(lease.charge().terms(), true, in));
        }
        return ask instanceof Ask.Renew ? new Reply.Held(in.getInt()) : Reply.Done.DONE;
    }

    private static LimitDecision decision(Ask.Debit debit, ByteBuffer in) {
        boolean admitted = in.get() == 1;
        Quota[] quotas = new Quota[debit.size()];
        long delay = 0;
        for (int i = 0; i < quotas.length; i++) {
            Terms terms = debit.charge(i).terms();
            boolean fits = in.get(in.position()) == 1;
            if (admitted && fits && terms.kind() == Terms.Kind.LEAKY_BUCKET && terms.isEnforced()) {
                FineTime room = new FineTime(in.getLong(in.position() + 1), in.getInt(in.position() + 9));
                delay = Math.max(delay, terms.pace().delayMicros(room));
            }
            quotas[i] = quota(terms, false, in);
        }
        return new LimitDecision(admitted, List.of(quotas), delay, LimitDecision.Source.REDIS, Permit.NONE);
    }

    private static Quota quota(Terms terms, boolean leased, ByteBuffer in) {
        boolean exceeded = in.get() == 0 && !leased;
        long first = in.getLong();
        int second = in.getInt();
        return switch (terms.kind()) {
            case SLIDING_WINDOW, CONCURRENCY -> new Quota(terms, second, first, exceeded);
            case TOKEN_BUCKET, LEAKY_BUCKET -> {
                FineTime room = new FineTime(first, second);
                yield new Quota(terms, terms.pace().units(room), terms.pace().waitMicros(room), exceeded);
            }
        };
    }

    /** Waits for the packed answer. */
    private static final class Answer extends CompletableFuture<List<Reply>>
            implements io.redisroles.sidecar.redis.Reply {
        private final List<Ask> asks;

        Answer(List<Ask> asks) {
            this.asks = asks;
        }

        @Override
        public void answered(List<Object> values) {
            complete(read(asks, ByteBuffer.wrap((byte[]) values.get(0))));
        }

        @Override
        public void failed(StoreUnavailableException failure) {
            completeExceptionally(failure);
        }
    }
}
