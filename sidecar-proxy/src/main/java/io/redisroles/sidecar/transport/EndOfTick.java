package io.redisroles.sidecar.transport;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * What an event loop puts off until it has handled everything that is ready now. The bytes of many connections then leave back
 * to back, so that whoever receives them is woken once and not for each; where little is ready nothing waits. Used on its
 * loop only.
 */
public final class EndOfTick {
    private final EventLoop loop;
    private final List<Runnable> tasks = new ArrayList<>();
    private final Runnable run = this::run;

    public EndOfTick(EventLoop loop) {
        this.loop = loop;
    }

    /** Runs it at the end of this tick. */
    public void add(Runnable task) {
        if (tasks.isEmpty()) {
            loop.execute(run);
        }
        tasks.add(task);
    }

    /** Also what is added meanwhile; after one that fails the others run next. */
    private void run() {
        int begun = 0;
        try {
            while (begun < tasks.size()) {
                tasks.get(begun++).run();
            }
        } finally {
            tasks.subList(0, begun).clear();
            if (!tasks.isEmpty()) {
                loop.execute(run);
            }
        }
    }
}
