package io.redisroles.cli.demo;

import io.lettuce.core.RedisException;
import io.redisroles.cli.CliException;
import io.redisroles.cli.local.LocalInstance;
import io.redisroles.cli.local.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Plays scripted traffic on a running instance and says of each promise whether it held. */
public final class Demo {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final List<Chapter> chapters;

    /** @param full whether to take the time for what needs a minute */
    public Demo(boolean full) {
        chapters = List.of(
                new RolesChapter(),
                new SessionChapter(),
                new CredentialsChapter(),
                new LimitChapter(full),
                new AlgorithmsChapter(),
                new SocketChapter(),
                new SavingsChapter(),
                new KeysChapter(),
                new CrashChapter(),
                new MemoryChapter());
    }

    /**
     * Plays all chapters.
     *
     * @param instance ticked by this from now on
     * @param folder whose files the instance serves; they are edited
     * @param told hears of each chapter when it has been played
     */
    public Report play(LocalInstance instance, DemoFolder folder, Consumer<Report.Part> told) {
        long started = System.nanoTime();
        try (Ticker ticker = Ticker.start(instance)) {
            Scene scene = new Scene(
                    instance,
                    new AppClient(instance.served()
                            .orElseThrow(() ->
                                    new CliException("no AccessPolicy in these files: there is no app to talk to"))),
                    folder);
            boolean ready = scene.await(START_LIMIT, () -> ticker.failure().isPresent() || instance.isReady());
            if (ticker.failure().isPresent()) {
                throw ticker.failure().get();
            }
            if (!ready) {
                throw new CliException("not ready within " + START_LIMIT.toSeconds() + " s: "
                        + String.join("; ", instance.notReady()));
            }
            Duration readyAfter = Duration.ofNanos(System.nanoTime() - started);
            List<Report.Part> parts = new ArrayList<>();
            for (Chapter chapter : chapters) {
                Report.Part part = new Report.Part(chapter.title(), played(chapter, scene));
                told.accept(part);
                parts.add(part);
            }
            return new Report(instance.redisDescription(), readyAfter.toMillis(), parts);
        }
    }

    /** A chapter that cannot be played to its end is a promise that did not hold, and the next ones are still played. */
    private static List<Check> played(Chapter chapter, Scene scene) {
        try {
            return chapter.play(scene);
        } catch (CliException | RedisException e) {
            return List.of(new Check("the chapter could be played to its end", false, String.valueOf(e.getMessage())));
        }
    }
}
