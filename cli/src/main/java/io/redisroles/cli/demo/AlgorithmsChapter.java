package io.redisroles.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The policy is edited while it serves, and the new limits count each in its own way. */
final class AlgorithmsChapter implements Chapter {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private static final Duration UPLOADS_BEGIN = Duration.ofMillis(300);

    /** What the app answers to a path that it does not serve; the sidecar never says so. */
    private static final int REACHED = 404;

    /** Rules that come before those of the sample; without a session, so that each shows one thing. */
    private static final String RULES = """
              rules:
              - name: bucket
                match: {paths: [/demo/bucket]}
                session: None
                limits: [{name: bucket, by: [ip], algorithm: TokenBucket, requests: 1, per: 1s, burst: 5}]
              - name: pace
                match: {paths: [/demo/pace]}
                session: None
                limits: [{name: pace, by: [ip], algorithm: LeakyBucket, requests: 10, per: 1s, maxWait: 5s}]
              - name: upload
                match: {paths: [/demo/upload]}
                session: None
                limits: [{name: upload, by: [ip], algorithm: Concurrency, requests: 2}]
              - name: shadow
                match: {paths: [/demo/shadow]}
                session: None
                limits: [{name: shadow, by: [ip], requests: 1, per: 1h, mode: Shadow}]
              - name: once
                match: {paths: [/demo/once]}
                session: None
                limits: [{name: once, by: [ip], requests: 1, per: 1h}]
              - name: hot
                match: {paths: [/demo/hot]}
                session: None
                limits: [{name: hot, by: [ip], requests: 100000, per: 1m}]
              - name: local
                match: {paths: [/demo/local]}
                session: None
                limits: [{name: local, by: [ip], requests: 3, per: 1h, onStoreFailure: Local}]
              - name: open
                match: {paths: [/demo/open]}
                session: None
                limits: [{name: open, by: [ip], requests: 3, per: 1h, onStoreFailure: Allow}]
            """;

    @Override
    public String title() {
        return "Other ways to count, and an edit that nobody notices";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        edit(scene, checks);
        bucket(scene, checks);
        pace(scene, checks);
        concurrency(scene, checks);
        shadow(scene, checks);
        return checks;
    }

    private static void edit(Scene scene, List<Check> checks) {
        checks.add(Check.equal("a path without a rule is refused", 403, get(scene, "pace")));
        try (SocketClient socket = scene.app().connect(scene.app().login("grace", "free"))) {
            scene.folder().editPolicy(policy -> policy.replaceFirst(" {2}rules:\n", RULES));
            boolean followed = scene.await(LIMIT, () -> get(scene, "pace") == REACHED);
            checks.add(new Check(
                    "policy.yaml is edited, and the sidecar follows",
                    followed,
                    followed ? "the app is reached" : "403"));
            boolean echoed = socket.send("still here")
                    && socket.receive().filter("still here"::equals).isPresent();
            checks.add(new Check("a WebSocket that was open stays open", echoed, echoed ? "still here" : "closed"));
        }
    }

    private static void bucket(Scene scene, List<Check> checks) {
        checks.add(Check.equal(
                "TokenBucket: a burst of 5 passes at once, and the 6th does not",
                Map.of(REACHED, 5, 429, 1),
                statuses(scene, "bucket", 6)));
        AppClient.Answer refused = scene.app().ask("GET", "/demo/bucket");
        Scene.pause(Duration.ofSeconds(refused.retryAfter().map(Long::parseLong).orElse(1L)));
        checks.add(Check.equal(
                "after Retry-After (" + refused.retryAfter().orElse("absent") + " s) one passes",
                REACHED,
                get(scene, "bucket")));
    }

    private static void pace(Scene scene, List<Check> checks) {
        Scene.pause(Duration.ofMillis(200));
        long started = System.nanoTime();
        Map<Integer, Integer> seen = statuses(scene, "pace", 6);
        long millis = Duration.ofNanos(System.nanoTime() - started).toMillis();
        checks.add(new Check(
                "LeakyBucket: 10 a second leave one by one: 6 take half a second",
                seen.equals(Map.of(REACHED, 6)) && millis >= 450,
                seen + " in " + millis + " ms"));
    }

    private static void concurrency(Scene scene, List<Check> checks) {
        try (HalfRequest first = scene.app().beginUpload("/demo/upload");
                HalfRequest second = scene.app().beginUpload("/demo/upload")) {
            // A request of ours that came before the second upload would take its slot.
            Scene.pause(UPLOADS_BEGIN);
            AppClient.Answer third = scene.app().ask("GET", "/demo/upload");
            checks.add(new Check(
                    "Concurrency: while 2 uploads run, a third request is refused",
                    third.status() == 429 && third.rateLimitPolicy().contains("concurrent-requests"),
                    third.status() + " " + third.rateLimitPolicy()));
            first.finish();
            boolean freed = scene.await(LIMIT, () -> get(scene, "upload") == REACHED);
            checks.add(new Check("when one has ended, it passes", freed, freed ? "the app is reached" : "429"));
            second.finish();
        }
    }

    private static void shadow(Scene scene, List<Check> checks) {
        checks.add(Check.equal(
                "Shadow: a limit of 1 an hour that is only watched lets 3 pass",
                Collections.singletonMap(REACHED, 3),
                statuses(scene, "shadow", 3)));
    }

    static int get(Scene scene, String path) {
        return scene.app().ask("GET", "/demo/" + path).status();
    }

    private static Map<Integer, Integer> statuses(Scene scene, String path, int requests) {
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < requests; i++) {
            statuses.merge(get(scene, path), 1, Integer::sum);
        }
        return statuses;
    }
}
