package io.redisroles.cli.demo;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.redisroles.operator.status.ConditionType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** Memory filled to the brim: compliance refuses and keeps, gateway evicts and goes on. */
final class MemoryChapter implements Chapter {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int LARGE = 64 * 1024;
    private static final int BATCH = 64;
    private static final long MI = 1024 * 1024;

    @Override
    public String title() {
        return "Memory filled to the brim";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        compliance(scene, checks);
        gateway(scene, checks);
        return checks;
    }

    private static void compliance(Scene scene, List<Check> checks) {
        try (RedisLink link = scene.asConsumer("compliance", "audit-service")) {
            List<Records> written = new ArrayList<>();
            written.add(fill(link, "audit:early-", LARGE, (int) (256 * MI * 8 / 10 / LARGE)));
            boolean near = scene.await(
                    LIMIT,
                    () -> scene.condition("compliance", ConditionType.MEMORY_HEALTHY)
                            .equals("False/NearFull"));
            checks.add(new Check(
                    "at four fifths compliance says NearFull",
                    near,
                    scene.condition("compliance", ConditionType.MEMORY_HEALTHY)));
            // Ever smaller records, because what is too full for a large one may still have room for a small one; and
            // again
            // and again, because Redis frees buffers of its own meanwhile.
            written.add(fill(link, "audit:large-", LARGE, Integer.MAX_VALUE));
            written.add(fill(link, "audit:medium-", 1024, Integer.MAX_VALUE));
            boolean full = scene.await(LIMIT, () -> {
                written.add(fill(link, "audit:small-" + written.size() + "-", 16, Integer.MAX_VALUE));
                return scene.condition("compliance", ConditionType.MEMORY_HEALTHY)
                        .equals("False/Full");
            });
            String refusal = written.get(written.size() - 1).refusal();
            checks.add(new Check("a full compliance refuses writes", refusal.startsWith("OOM"), refusal));
            checks.add(new Check("and says Full", full, scene.condition("compliance", ConditionType.MEMORY_HEALTHY)));
            checks.add(Check.equal(
                    "and stays Ready, because it serves reads",
                    "True/Serving",
                    scene.condition("compliance", ConditionType.READY)));
            checks.add(Check.equal(
                    "every earlier record is still there",
                    written.stream().mapToLong(Records::count).sum(),
                    written.stream().mapToLong(records -> records.found(link)).sum()));
        }
        checks.add(Check.equal("nothing was evicted", 0L, evicted(scene, "compliance")));
    }

    private static void gateway(Scene scene, List<Check> checks) {
        try (RedisLink link = scene.asConsumer("gateway", "auth-service")) {
            int records = (int) (320 * MI / LARGE);
            Records written = fill(link, "session:filler-", LARGE, records);
            checks.add(Check.equal("a full gateway goes on writing", records, written.count()));
            for (int i = 0; i < records; i++) {
                link.redis().del("session:filler-" + i);
            }
        }
        long evicted = evicted(scene, "gateway");
        checks.add(new Check("because it evicts", evicted > 0, evicted + " keys evicted"));
        checks.add(Check.equal(
                "and the app goes on",
                200,
                scene.app().hello(scene.app().login("ada", "pro")).status()));
    }

    /**
     * Records that Redis acknowledged.
     *
     * @param prefix of their keys, which end in 0 to count - 1
     * @param size of each, in bytes
     * @param refusal with which Redis answered the first that it did not take; empty if it took all
     */
    private record Records(String prefix, int size, int count, String refusal) {
        long found(RedisLink link) {
            return IntStream.range(0, count)
                    .filter(i -> link.redis().strlen(prefix + i) == size)
                    .count();
        }
    }

    /** Writes {@code most} records, or as many as Redis takes. */
    private static Records fill(RedisLink link, String prefix, int size, int most) {
        String record = "r".repeat(size);
        int batch = size == LARGE ? BATCH : 1;
        int written = 0;
        while (written < most) {
            List<RedisFuture<String>> writes = new ArrayList<>();
            for (int i = written; i < Math.min(most, written + batch); i++) {
                writes.add(link.async().set(prefix + i, record, SetArgs.Builder.ex(600)));
            }
            for (RedisFuture<String> write : writes) {
                String refusal = refusal(write);
                if (!refusal.isEmpty()) {
                    return new Records(prefix, size, written, refusal);
                }
                written++;
            }
        }
        return new Records(prefix, size, written, "");
    }

    /** Why a write was refused; empty if it was not. */
    private static String refusal(RedisFuture<String> write) {
        try {
            write.get(30, TimeUnit.SECONDS);
            return "";
        } catch (ExecutionException e) {
            return Optional.ofNullable(e.getCause()).map(Throwable::getMessage).orElse("no reason");
        } catch (TimeoutException e) {
            return "no answer within 30 s";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static long evicted(Scene scene, String role) {
        try (RedisLink link = scene.asOperator(role)) {
            return link.redis()
                    .info("stats")
                    .lines()
                    .filter(line -> line.startsWith("evicted_keys:"))
                    .mapToLong(line -> Long.parseLong(
                            line.substring("evicted_keys:".length()).strip()))
                    .sum();
        }
    }
}
