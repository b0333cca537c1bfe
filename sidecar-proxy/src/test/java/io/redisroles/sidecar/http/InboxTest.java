package io.redisroles.sidecar.http;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class InboxTest {
    private final List<Object> received = new ArrayList<>();

    @Test
    void oneMessageIsHandedOverForEachQuestion() {
        Inbox inbox = new Inbox(received::add);
        inbox.offer("a");
        inbox.offer("b");
        assertThat(received).isEmpty();
        inbox.ask();
        assertThat(received).containsExactly("a");
        inbox.ask();
        inbox.ask();
        assertThat(received).containsExactly("a", "b");
        assertThat(inbox.isAwaiting()).isTrue();
        inbox.offer("c");
        assertThat(received).containsExactly("a", "b", "c");
        assertThat(inbox.isAwaiting()).isFalse();
    }

    @Test
    void aHundredThousandMessagesDoNotNest() {
        // Given
        Inbox[] itself = new Inbox[1];
        Inbox inbox = new Inbox(message -> {
            received.add(message);
            itself[0].ask();
        });
        itself[0] = inbox;

        // When
        for (int i = 0; i < 100_000; i++) {
            inbox.offer(i);
        }
        inbox.ask();

        // Then
        assertThat(received).hasSize(100_000);
    }

    @Test
    void whatCameTooEarlyIsNext() {
        Inbox inbox = new Inbox(received::add);
        inbox.offer("b");
        inbox.putBack("a");
        inbox.ask();
        assertThat(received).containsExactly("a");
    }
}
