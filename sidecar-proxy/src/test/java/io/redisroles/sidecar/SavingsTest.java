package io.redisroles.sidecar;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What spares calls to Redis can be switched off, each by itself, and then every request asks. */
@Timeout(60)
class SavingsTest {
    private static final String RULES = """
            - name: few
              paths: ["/few"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: few, by: [ip], amount: {requests: 1, burst: 1}, algorithm: {type: SlidingWindow, per: 1h}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - name: many
              paths: ["/many"]
              methods: []
              session: None
              onSessionStoreFailure: Deny
              limits: [{name: many, by: [ip], amount: {requests: 100000, burst: 100000}, algorithm: {type: SlidingWindow, per: 1m}, cost: 1, unit: Request, mode: Enforce, tiers: {}, onStoreFailure: Deny}]
            - {name: free, paths: ["/free"], methods: [], session: Required, onSessionStoreFailure: Deny, limits: []}
            """;
    private static final String COOKIE = "Cookie: sid=ada-12345678";
    private static final Pattern SOURCE = Pattern.compile("(?i)x-redisroles-source: (\\w+)");

    @Test
    void withAllOfThemRedisIsSpared() {
        try (RunningProxy proxy = with("{denyCache: true, leases: true, sessionCache: true}")) {
            assertThat(sourcesOf(proxy, "/few", 10)).contains("cache");
            assertThat(sourcesOf(proxy, "/free", 2)).contains("cache");
            await().until(() -> sourcesOf(proxy, "/many", 100).contains("lease"));
        }
    }

    @Test
    void withoutTheDenyCacheEveryRefusalIsRedis() {
        try (RunningProxy proxy = with("{denyCache: false, leases: true, sessionCache: true}")) {
            assertThat(sourcesOf(proxy, "/few", 10)).containsExactly("redis");
            assertThat(sourcesOf(proxy, "/free", 2)).contains("cache");
        }
    }

    @Test
    void withoutLeasesEveryDebitIsRedis() {
        try (RunningProxy proxy = with("{denyCache: true, leases: false, sessionCache: true}")) {
            assertThat(sourcesOf(proxy, "/many", 500)).containsExactly("redis");
            assertThat(sourcesOf(proxy, "/few", 10)).contains("cache");
        }
    }

    @Test
    void withoutTheSessionCacheEverySessionIsRead() {
        try (RunningProxy proxy = with("{denyCache: true, leases: true, sessionCache: false}")) {
            assertThat(sourcesOf(proxy, "/free", 5)).containsExactly("redis");
            proxy.awaitMetrics(
                    "redisroles_session_lookups_total{from=\"cache\"} 0.0",
                    "redisroles_session_lookups_total{from=\"redis\"} 5.0");
        }
    }

    private static RunningProxy with(String savings) {
        RunningProxy proxy = RunningProxy.edited(
                RULES, text -> text.replace("{denyCache: true, leases: true, sessionCache: true}", savings));
        try (TestStore store = new TestStore(proxy.redis)) {
            store.command("HSET", "session:ada-12345678", "user_id", "ada", "tier", "pro");
        }
        return proxy;
    }

    /** What answered so many requests. */
    private static Set<String> sourcesOf(RunningProxy proxy, String path, int requests) {
        Set<String> sources = new TreeSet<>();
        for (int i = 0; i < requests; i++) {
            String answer = proxy.get(path, COOKIE);
            Matcher source = SOURCE.matcher(answer);
            assertThat(source.find()).as(answer).isTrue();
            sources.add(source.group(1));
        }
        return sources;
    }
}
