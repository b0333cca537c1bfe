package io.redisroles.sidecar.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EndOfTickTest {
    private final EventLoopGroup loops = Transport.here().loops(1);
    private final EventLoop loop = loops.next();
    private final EndOfTick endOfTick = new EndOfTick(loop);

    /** Touched on the loop, read after it has ended. */
    private final List<String> ran = new ArrayList<>();

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    @Test
    void whatIsPutOffRunsAfterWhatIsReadyNowOnceAndInOrder() {
        // When
        loop.submit(() -> {
                    endOfTick.add(() -> {
                        ran.add("first");
                        endOfTick.add(() -> ran.add("added meanwhile"));
                    });
                    endOfTick.add(() -> ran.add("second"));
                    ran.add("now");
                })
                .syncUninterruptibly();
        stop();

        // Then
        assertThat(ran).containsExactly("now", "first", "second", "added meanwhile");
    }

    @Test
    void theNextTickHasAnEndToo() {
        // When
        loop.submit(() -> endOfTick.add(() -> ran.add("one"))).syncUninterruptibly();
        loop.submit(() -> endOfTick.add(() -> ran.add("two"))).syncUninterruptibly();
        stop();

        // Then
        assertThat(ran).containsExactly("one", "two");
    }

    @Test
    void oneThatFailsStopsNoOther() {
        // When
        loop.submit(() -> {
                    endOfTick.add(() -> {
                        throw new IllegalStateException("on purpose");
                    });
                    endOfTick.add(() -> ran.add("other"));
                })
                .syncUninterruptibly();
        stop();

        // Then
        assertThat(ran).containsExactly("other");
    }
}
