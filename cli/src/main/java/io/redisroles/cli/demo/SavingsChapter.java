package io.redisroles.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Most decisions of a busy subject need no Redis, and none of them admits more. */
final class SavingsChapter implements Chapter {
    private static final int HOT = 3000;

    @Override
    public String title() {
        return "Decisions that need no Redis";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        AppClient.Answer first = scene.app().ask("GET", "/demo/once");
        checks.add(Check.equal("the first request of a subject is decided by Redis", "redis", first.source()));
        scene.app().ask("GET", "/demo/once");
        AppClient.Answer again = scene.app().ask("GET", "/demo/once");
        checks.add(Check.equal(
                "a subject over its limit is refused from memory", "429 cache", again.status() + " " + again.source()));
        Map<String, Integer> sources = new TreeMap<>();
        for (int i = 0; i < HOT; i++) {
            sources.merge(scene.app().ask("GET", "/demo/hot").source(), 1, Integer::sum);
        }
        checks.add(new Check(
                "a hot subject of a large limit spends what was debited ahead",
                sources.getOrDefault("lease", 0) > HOT / 2,
                "decided by " + sources));
        return checks;
    }
}
