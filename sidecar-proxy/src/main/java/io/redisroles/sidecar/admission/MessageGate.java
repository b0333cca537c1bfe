package io.redisroles.sidecar.admission;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/** Lets the messages of one WebSocket pass. Safe for all threads. */
public interface MessageGate {
    /** Not a number of messages: it could not be decided. */
    int UNDECIDED = -1;

    /** Counts nothing. */
    MessageGate OPEN = new MessageGate() {
        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public int mostAtOnce() {
            return Integer.MAX_VALUE;
        }

        @Override
        public CompletionStage<Integer> admit(int messages, ScheduledExecutorService timer) {
            return CompletableFuture.completedStage(messages);
        }
    };

    /** Whether every message passes, so that nobody need ask. */
    boolean isOpen();

    /** How many messages may be asked for at once. */
    int mostAtOnce();

    /**
     * Debits messages.
     *
     * @param messages at least 1
     * @param timer for messages that must wait for their turn
     * @return how many of them may pass, from the first on, or {@link #UNDECIDED}; never fails, and may complete on any thread
     */
    CompletionStage<Integer> admit(int messages, ScheduledExecutorService timer);
}
