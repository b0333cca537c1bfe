package io.redisroles.cli.demo;

import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.redisroles.contract.KeyNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was left in Redis: every key goes by itself, and no key name tells who was there. */
final class KeysChapter implements Chapter {
    private static final List<String> USERS = List.of("ada", "grace", "linus", "barbara", "edsger");

    @Override
    public String title() {
        return "Keys that go by themselves and tell nothing";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<String> keys = new ArrayList<>();
        List<String> withoutTtl = new ArrayList<>();
        try (RedisLink link = scene.asOperator("gateway")) {
            ScanIterator.scan(link.redis(), ScanArgs.Builder.limit(500)).forEachRemaining(key -> {
                keys.add(key);
                if (link.redis().pttl(key) == -1) {
                    withoutTtl.add(key);
                }
            });
        }
        List<String> readable = keys.stream()
                .map(key -> key.replaceAll("[0-9a-f]{64}", "(digest)")) // one in 4,096 begins with ada
                .filter(key -> USERS.stream()
                        .anyMatch(user -> key.toLowerCase(Locale.ROOT).contains(":" + user)
                                || key.toLowerCase(Locale.ROOT).contains("{" + user)))
                .toList();
        long counters = keys.stream()
                .filter(key -> key.startsWith(KeyNames.RATE_PREFIX))
                .count();
        return List.of(
                new Check(
                        "counters and sessions are there",
                        counters >= 3 && keys.size() > counters,
                        keys.size() + " keys, " + counters + " counters"),
                Check.equal("no key without TTL", List.of(), withoutTtl),
                Check.equal("no readable user id in a key name", List.of(), readable));
    }
}
