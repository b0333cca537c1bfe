package io.redisroles.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A session's first 100 requests of a minute pass, and the 101st does not. */
final class LimitChapter implements Chapter {
    private static final int FREE = 100;
    private static final int PRO = 1000;
    private static final Duration SPREAD = Duration.ofSeconds(50);

    private final boolean full;

    /** @param full whether to spread the requests over 50 s too */
    LimitChapter(boolean full) {
        this.full = full;
    }

    @Override
    public String title() {
        return "100 requests in any minute";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        AppClient.Login ada = scene.app().login("ada", "free");
        checks.add(Check.equal(
                "the first 100 requests are answered by the app",
                Map.of(200, FREE),
                statuses(scene, ada, FREE, Duration.ZERO)));
        refused(checks, "the 101st", scene.app().hello(ada));
        checks.add(Check.equal(
                "another user is unaffected",
                200,
                scene.app().hello(scene.app().login("grace", "free")).status()));
        checks.add(Check.equal(
                "the same user by bearer token shares the limit",
                429,
                scene.app().helloWithToken(ada.token()).status()));
        AppClient.Login pro = scene.app().login("linus", "pro");
        checks.add(Check.equal(
                "tier pro gets its own limit: 1000 requests pass",
                Map.of(200, PRO),
                statuses(scene, pro, PRO, Duration.ZERO)));
        AppClient.Answer over = scene.app().hello(pro);
        checks.add(Check.equal("and the 1001st does not", 429, over.status()));
        if (full) {
            AppClient.Login slow = scene.app().login("edsger", "free");
            checks.add(Check.equal(
                    "also when they are spread over 50 s: the first 100 are answered",
                    Map.of(200, FREE),
                    statuses(scene, slow, FREE, SPREAD.dividedBy(FREE))));
            refused(checks, "and the 101st after 50 s", scene.app().hello(slow));
        }
        return checks;
    }

    private static Map<Integer, Integer> statuses(Scene scene, AppClient.Login login, int requests, Duration every) {
        Map<Integer, Integer> statuses = new TreeMap<>();
        for (int i = 0; i < requests; i++) {
            statuses.merge(scene.app().hello(login).status(), 1, Integer::sum);
            Scene.pause(every);
        }
        return statuses;
    }

    private static void refused(List<Check> checks, String which, AppClient.Answer answer) {
        checks.add(Check.equal(which + " is refused", 429, answer.status()));
        long retryAfter = answer.retryAfter().map(Long::parseLong).orElse(-1L);
        checks.add(new Check(
                which + " says when to come back", retryAfter >= 1 && retryAfter <= 62, "Retry-After: " + retryAfter));
        checks.add(new Check(
                which + " carries the RateLimit fields",
                answer.rateLimit().matches("\"api\";r=0;t=" + retryAfter)
                        && answer.rateLimitPolicy().equals("\"api\";q=100;w=60"),
                "RateLimit: " + answer.rateLimit() + ", RateLimit-Policy: " + answer.rateLimitPolicy()));
        checks.add(new Check(
                which + " is a problem that names the limit",
                answer.body().contains("#quota-exceeded") && answer.body().contains("\"api\""),
                answer.body()));
    }
}
