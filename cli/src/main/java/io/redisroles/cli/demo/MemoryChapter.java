package io.redisroles.cli.demo;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.SetArgs;
import io.redisroles.operator.status.ConditionType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Memory filled to the brim: compliance refuses and keeps, gateway evicts and goes on. */
final class MemoryChapter implements Chapter {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int RECORD_BYTES = 64 * 1024;
    private static final int BATCH = 64;
    private static final long MI = 1024 * 1024;

    private final String record = "r".repeat(RECORD_BYTES);

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

    private void compliance(Scene scene, List<Check> checks) {
        try (RedisLink link = scene.asConsumer("compliance", "audit-service")) {
            int written = fill(link, "audit:", 0, (int) (256 * MI * 8 / 10 / RECORD_BYTES));
            boolean near = scene.await(
                    LIMIT,
                    () -> scene.condition("compliance", ConditionType.MEMORY_HEALTHY)
                            .equals("False/NearFull"));
            checks.add(new Check(
                    "at four fifths compliance says NearFull",
                    near,
                    scene.condition("compliance", ConditionType.MEMORY_HEALTHY)));
            int all = fill(link, "audit:", written, Integer.MAX_VALUE);
            String refusal = refusal(link);
            checks.add(new Check("a full compliance refuses writes", refusal.startsWith("OOM"), refusal));
            boolean full = scene.await(
                    LIMIT,
                    () -> scene.condition("compliance", ConditionType.MEMORY_HEALTHY)
                            .equals("False/Full"));
            checks.add(new Check("and says Full", full, scene.condition("compliance", ConditionType.MEMORY_HEALTHY)));
            checks.add(Check.equal(
                    "and stays Ready, because it serves reads",
                    "True/Serving",
                    scene.condition("compliance", ConditionType.READY)));
            int kept = 0;
            for (int i = 0; i < all; i++) {
                kept += link.redis().strlen("audit:" + i) == RECORD_BYTES ? 1 : 0;
            }
            checks.add(Check.equal("every earlier record is still there", all, kept));
        }
        checks.add(Check.equal("nothing was evicted", 0L, evicted(scene, "compliance")));
    }

    private void gateway(Scene scene, List<Check> checks) {
        try (RedisLink link = scene.asConsumer("gateway", "auth-service")) {
            int records = (int) (320 * MI / RECORD_BYTES);
            int written = fill(link, "session:filler-", 0, records);
            checks.add(Check.equal("a full gateway goes on writing", records, written));
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

    /** Writes records from number {@code from} to {@code to} or until Redis refuses; how many there are then. */
    private int fill(RedisLink link, String prefix, int from, int to) {
        int written = from;
        while (written < to) {
            List<RedisFuture<String>> batch = new ArrayList<>();
            for (int i = written; i < Math.min(to, written + BATCH); i++) {
                batch.add(link.async().set(prefix + i, record, SetArgs.Builder.ex(600)));
            }
            for (RedisFuture<String> write : batch) {
                if (!succeeded(write)) {
                    return written;
                }
                written++;
            }
        }
        return written;
    }

    private static boolean succeeded(RedisFuture<String> write) {
        try {
            return write.get(30, TimeUnit.SECONDS).equals("OK");
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String refusal(RedisLink link) {
        try {
            return link.redis().set("audit:one-more", "x", SetArgs.Builder.ex(600));
        } catch (RedisCommandExecutionException e) {
            return String.valueOf(e.getMessage());
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
