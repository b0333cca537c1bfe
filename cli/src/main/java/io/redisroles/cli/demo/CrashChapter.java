package io.redisroles.cli.demo;

import io.redisroles.operator.redis.RedisFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code kill -9} of a Redis: what was acknowledged comes back, and meanwhile the sidecar answers as the policy says. */
final class CrashChapter implements Chapter {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int RECORDS = 1000;

    @Override
    public String title() {
        return "kill -9 of a Redis";
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
            for (int i = 0; i < RECORDS; i++) {
                link.redis().set("consent:" + i, "given-" + i);
            }
        }
        String before = runId(scene, "compliance");
        scene.instance().kill("compliance");
        boolean ready = scene.await(
                LIMIT,
                () -> scene.role("compliance").ready()
                        && !runId(scene, "compliance").equals(before));
        checks.add(
                new Check("compliance is Ready again by itself", ready, ready ? "Ready=True" : "not within " + LIMIT));
        int back = 0;
        try (RedisLink link = scene.asConsumer("compliance", "audit-service")) {
            for (int i = 0; i < RECORDS; i++) {
                back += ("given-" + i).equals(link.redis().get("consent:" + i)) ? 1 : 0;
            }
        }
        checks.add(Check.equal("every acknowledged record is back from the append-only file", RECORDS, back));
    }

    private static void gateway(Scene scene, List<Check> checks) {
        AppClient.Login margaret = scene.app().login("margaret", "free");
        int admitted = 10;
        for (int i = 0; i < admitted; i++) {
            scene.app().hello(margaret);
        }
        // EverySecond promises what is older than a second.
        Scene.pause(Duration.ofMillis(1500));
        scene.instance().kill("gateway");
        AppClient.Answer during = scene.app().hello(margaret);
        AppClient.Answer local = scene.app().ask("GET", "/demo/local");
        AppClient.Answer open = scene.app().ask("GET", "/demo/open");
        checks.add(new Check(
                "while gateway is gone the sidecar answers as onStoreFailure says: 503",
                during.status() == 503
                        && during.body().contains("\"store_unavailable\"")
                        && during.retryAfter().isPresent(),
                during.status() + " " + during.body()));
        checks.add(Check.equal(
                "a limit with onStoreFailure: Local is decided by the sidecar alone",
                "404 local",
                local.status() + " " + local.source()));
        checks.add(Check.equal("and one with Allow lets pass", 404, open.status()));
        // The first that gets through says how it stands: another connection of the sidecar may take a moment longer.
        AppClient.Answer after =
                scene.await(LIMIT, () -> scene.app().hello(margaret), answer -> answer.status() == 200);
        boolean back = after.status() == 200;
        checks.add(
                new Check("gateway is back: the session is alive again", back, back ? "200" : "not within " + LIMIT));
        String remaining = after.rateLimit();
        checks.add(new Check(
                "and so is the counter: what was admitted before still counts",
                remaining.matches("\"api\";r=8[0-9];t=\\d+"),
                remaining));
    }

    private static String runId(Scene scene, String role) {
        return scene.role(role).facts().map(RedisFacts::runId).orElse("");
    }
}
