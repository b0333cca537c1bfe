package io.redisroles.sidecar.http;

import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Messages that were decoded but not asked for yet: one socket read may bring many. Hands over one for each
 * {@link #ask}, never one inside the other, so that a thousand pipelined requests do not nest. Used on one event loop only.
 */
final class Inbox {
    private final Deque<Object> messages = new ArrayDeque<>(4);
    private final Consumer<Object> receiver;
    private boolean asked;
    private boolean handingOver;

    Inbox(Consumer<Object> receiver) {
        this.receiver = receiver;
    }

    /** Takes the message over. */
    void offer(Object message) {
        messages.addLast(message);
        handOver();
    }

    /** Returns a message that came too early: it will be the next one. */
    void putBack(Object message) {
        messages.addFirst(message);
    }

    /** Asks for one message; asking twice before it came is asking once. */
    void ask() {
        asked = true;
        handOver();
    }

    /** Whether a message is wanted that has not come yet. */
    boolean isAwaiting() {
        return asked;
    }

    boolean isEmpty() {
        return messages.isEmpty();
    }

    void releaseAll() {
        asked = false;
        messages.forEach(ReferenceCountUtil::release);
        messages.clear();
    }

    private void handOver() {
        if (handingOver) {
            return;
        }
        handingOver = true;
        try {
            while (asked && !messages.isEmpty()) {
                asked = false;
                receiver.accept(messages.removeFirst());
            }
        } finally {
            handingOver = false;
        }
    }
}
