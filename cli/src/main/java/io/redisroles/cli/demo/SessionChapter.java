package io.redisroles.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Who may come in, and that a session deleted in Redis is out. */
final class SessionChapter implements Chapter {
    /** The promise for a sidecar that Redis no longer reaches; it is milliseconds where it does. */
    static final Duration OUT_WITHIN = Duration.ofSeconds(1);

    @Override
    public String title() {
        return "Sessions that end";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        unauthorized(checks, "no session", "session_missing", scene.app().helloAnonymously());
        unauthorized(checks, "a garbage token", "session_invalid", scene.app().helloWithToken("not-a-token-of-ours"));
        AppClient.Login barbara = scene.app().login("barbara", "free");
        AppClient.Answer hello = scene.app().hello(barbara);
        checks.add(new Check(
                "the app sees who is there",
                hello.status() == 200
                        && hello.body().contains("barbara")
                        && hello.body().contains("free"),
                hello.status() + " " + hello.body()));
        checks.add(Check.equal(
                "the bearer token is as good as the cookie",
                200,
                scene.app().helloWithToken(barbara.token()).status()));
        try (RedisLink link = scene.asOperator("gateway")) {
            long deleted = link.redis().del("session:" + barbara.sessionId());
            checks.add(Check.equal("the session is deleted in Redis", 1L, deleted));
        }
        // Redis tells the sidecar a moment after it has answered us.
        AppClient.Answer after =
                scene.await(OUT_WITHIN, () -> scene.app().hello(barbara), answer -> answer.status() != 200);
        unauthorized(checks, "what it then asks for", "session_invalid", after);
        return checks;
    }

    private static void unauthorized(List<Check> checks, String who, String code, AppClient.Answer answer) {
        checks.add(new Check(
                who + " is 401 " + code,
                answer.status() == 401 && answer.body().contains("\"" + code + "\""),
                answer.status() + " " + answer.body()));
    }
}
