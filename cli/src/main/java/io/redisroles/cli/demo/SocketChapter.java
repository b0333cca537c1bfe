package io.redisroles.cli.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** WebSockets: known while they are open, limited by message, and closed when their session ends. */
final class SocketChapter implements Chapter {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration CLOSED_WITHIN = Duration.ofMillis(500);
    private static final int BURST = 500;
    private static final int MANY = 2000;
    private static final int POLICY_VIOLATION = 1008;

    @Override
    public String title() {
        return "WebSockets that end with their session";
    }

    @Override
    public List<Check> play(Scene scene) {
        List<Check> checks = new ArrayList<>();
        AppClient.Answer anonymous = scene.app().ask("GET", "/ws");
        checks.add(Check.equal("/ws is not for strangers", 401, anonymous.status()));
        revoked(scene, checks);
        flood(scene, checks);
        return checks;
    }

    private static void revoked(Scene scene, List<Check> checks) {
        AppClient.Login katherine = scene.app().login("katherine", "free");
        try (SocketClient socket = scene.app().connect(katherine);
                RedisLink link = scene.asOperator("socket")) {
            checks.add(new Check(
                    "messages are echoed",
                    socket.send("hello")
                            && socket.receive().filter("hello"::equals).isPresent(),
                    "hello"));
            present(scene, link, checks);
            long started = System.nanoTime();
            scene.app().logout(katherine);
            int code = socket.closeCode().orElse(0);
            Duration took = Duration.ofNanos(System.nanoTime() - started);
            checks.add(Check.equal("logout closes the open socket with 1008", POLICY_VIOLATION, code));
            checks.add(new Check(
                    "within half a second", took.compareTo(CLOSED_WITHIN) <= 0, took.toMillis() + " ms after logout"));
        }
    }

    private static void present(Scene scene, RedisLink link, List<Check> checks) {
        boolean online = scene.await(LIMIT, () -> states(link).equals(List.of("online")));
        checks.add(new Check("the socket role knows that somebody is there", online, "presence: " + states(link)));
        List<String> keys = link.redis().keys("presence:*");
        checks.add(new Check(
                "for as long as a sidecar says so, and under no name",
                keys.stream().allMatch(key -> link.redis().pttl(key) > 0 && !key.contains("katherine")),
                keys.toString()));
    }

    private static List<String> states(RedisLink link) {
        return link.redis().keys("presence:*").stream()
                .map(key -> String.valueOf(link.redis().get(key)))
                .filter(state -> !state.equals("offline"))
                .toList();
    }

    private static void flood(Scene scene, List<Check> checks) {
        AppClient.Login dennis = scene.app().login("dennis", "free");
        try (SocketClient socket = scene.app().connect(dennis)) {
            int sent = 0;
            while (sent < MANY && !socket.isClosed() && socket.send("message " + sent)) {
                sent++;
            }
            checks.add(Check.equal(
                    "a client that floods the socket is closed with 1008",
                    POLICY_VIOLATION,
                    socket.closeCode().orElse(0)));
            checks.add(new Check(
                    "and not before its burst of " + BURST + " messages", sent >= BURST, sent + " were sent"));
        }
        checks.add(Check.equal(
                "its session is not to blame", 200, scene.app().hello(dennis).status()));
    }
}
