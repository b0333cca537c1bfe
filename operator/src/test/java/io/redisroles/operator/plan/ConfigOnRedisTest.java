package io.redisroles.operator.plan;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.redisroles.redisprocess.ScratchRedis;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the plan lets through, a real redis-server starts with. */
class ConfigOnRedisTest {
    /** One value at each end of what the plan accepts; activedefrag needs a server with its own allocator. */
    private static final Map<String, List<String>> ENDS = Map.ofEntries(
            Map.entry("activedefrag", List.of("no", "no")),
            Map.entry("active-defrag-cycle-max", List.of("1", "99")),
            Map.entry("active-defrag-cycle-min", List.of("1", "99")),
            Map.entry("active-defrag-ignore-bytes", List.of("1mb", "1gb")),
            Map.entry("active-defrag-threshold-lower", List.of("0", "1000")),
            Map.entry("active-defrag-threshold-upper", List.of("0", "1000")),
            Map.entry(
                    "client-output-buffer-limit",
                    List.of("normal 0 0 0", "normal 1mb 1mb 1 replica 1gb 1g 1 pubsub 32kb 8k 60")),
            Map.entry("client-query-buffer-limit", List.of("1mb", "1gb")),
            Map.entry("databases", List.of("1", "1024")),
            Map.entry("dynamic-hz", List.of("yes", "no")),
            Map.entry("hash-max-listpack-entries", List.of("0", "2147483647")),
            Map.entry("hash-max-listpack-value", List.of("0", "1kb")),
            Map.entry("hz", List.of("1", "500")),
            Map.entry("io-threads", List.of("1", "4")),
            Map.entry("latency-monitor-threshold", List.of("0", "2147483647")),
            Map.entry("lazyfree-lazy-eviction", List.of("yes", "no")),
            Map.entry("lazyfree-lazy-expire", List.of("yes", "no")),
            Map.entry("lazyfree-lazy-server-del", List.of("yes", "no")),
            Map.entry("lazyfree-lazy-user-del", List.of("yes", "no")),
            Map.entry("lazyfree-lazy-user-flush", List.of("yes", "no")),
            Map.entry("lfu-decay-time", List.of("0", "2147483647")),
            Map.entry("lfu-log-factor", List.of("0", "2147483647")),
            Map.entry("list-compress-depth", List.of("0", "2147483647")),
            Map.entry("list-max-listpack-size", List.of("-5", "2147483647")),
            Map.entry("loglevel", List.of("debug", "warning")),
            Map.entry("maxclients", List.of("1", "10000")),
            Map.entry("maxmemory-clients", List.of("0%", "100%")),
            Map.entry("maxmemory-samples", List.of("1", "64")),
            Map.entry("notify-keyspace-events", List.of("\"\"", "KEg$lshzxedtmnA")),
            Map.entry("proto-max-bulk-len", List.of("1mb", "1gb")),
            Map.entry("set-max-intset-entries", List.of("0", "2147483647")),
            Map.entry("slowlog-log-slower-than", List.of("-1", "2147483647")),
            Map.entry("slowlog-max-len", List.of("0", "2147483647")),
            Map.entry("tcp-backlog", List.of("0", "2147483647")),
            Map.entry("tcp-keepalive", List.of("0", "2147483647")),
            Map.entry("timeout", List.of("0", "2147483647")),
            Map.entry("tracking-table-max-keys", List.of("0", "2147483647")),
            Map.entry("zset-max-listpack-entries", List.of("0", "2147483647")),
            Map.entry("zset-max-listpack-value", List.of("0", "64b")));

    @Test
    void everyDirectiveOfTheAllowListIsTried() {
        assertThat(ENDS.keySet()).isEqualTo(RedisDirectives.allowed());
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void redisStartsWithBothEndsOfWhatIsAccepted(int end) {
        // Given
        List<String> directives = new ArrayList<>();
        ENDS.forEach((directive, values) -> {
            String value = values.get(end);
            assertThat(RedisDirectives.problem(directive, value))
                    .as(directive + " " + value)
                    .isEmpty();
            directives.add("--" + directive);
            directives.addAll(List.of(value.replace("\"\"", "").split(" ", -1)));
        });

        // When
        try (ScratchRedis redis = ScratchRedis.start(directives.toArray(String[]::new))) {

            // Then
            assertThat(redis.pid()).isPositive();
        }
    }

    /** What Redis tells of a value means the value that it was given, and so nothing is set again and again. */
    @ParameterizedTest
    @CsvSource({"0", "1"})
    void liveDirectivesAreTakenWhileItRunsAndReadBackAsMeant(int end) {
        try (ScratchRedis redis = ScratchRedis.start();
                RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            ENDS.forEach((directive, values) -> {
                if (RedisDirectives.isLive(directive)) {
                    String value = RedisDirectives.liveValue(directive, values.get(end));
                    connection.sync().configSet(directive, value);
                    String told = connection.sync().configGet(directive).getOrDefault(directive, "(absent)");
                    assertThat(DirectiveText.same(directive, value, told))
                            .as(directive + ": " + value + " is told as " + told)
                            .isTrue();
                }
            });
        }
    }

    @Test
    void aDirectiveThatIsTakenBackGetsWhatRedisDoesUnasked() {
        try (ScratchRedis redis = ScratchRedis.start();
                RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisDirectives.defaults(RedisDirectives.allowed())
                    .forEach((directive, value) -> assertThat(DirectiveText.same(
                                    directive,
                                    value,
                                    connection.sync().configGet(directive).getOrDefault(directive, "(absent)")))
                            .as(directive)
                            .isTrue());
        }
    }

    @Test
    void whatOnlyARestartChangesIsRefusedLive() {
        try (ScratchRedis redis = ScratchRedis.start();
                RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            for (String directive : List.of("databases", "io-threads", "aclfile", "tcp-backlog")) {
                assertThat(RedisDirectives.isLive(directive)).as(directive).isFalse();
                assertThatThrownBy(() -> connection.sync().configSet(directive, "8"))
                        .hasMessageContaining("can't set immutable config");
            }
        }
    }

    @Test
    void everyCommandThatAConsumerMayNameIsOneThatRedisKnows() {
        try (ScratchRedis redis = ScratchRedis.start();
                RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            // Given
            List<String> rules = RedisCommands.names().stream()
                    .sorted()
                    .flatMap(name -> List.of("+" + name, "-" + name).stream())
                    .toList();

            // When
            String answer = AclProbe.setUser(connection, rules);

            // Then
            assertThat(answer).isEqualTo("OK");
        }
    }

    @Test
    void redisRefusesARuleAboutACommandThatItDoesNotKnow() {
        try (ScratchRedis redis = ScratchRedis.start();
                RedisClient client = RedisClient.create(redis.url());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(AclProbe.setUser(connection, List.of("+frobnicate"))).contains("Unknown command");
            assertThat(AclProbe.setUser(connection, List.of("-select|0"))).contains("Unknown command");
            assertThat(AclProbe.setUser(connection, List.of("~*", "~a:*"))).contains("Adding a pattern after the *");
        }
    }
}
