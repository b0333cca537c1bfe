package io.redisroles.operator.redis;

import io.redisroles.operator.Samples;
import io.redisroles.operator.desired.AclFile;
import io.redisroles.operator.desired.LiveSettings;
import io.redisroles.operator.desired.Password;
import io.redisroles.operator.desired.RenderedRedis;
import io.redisroles.operator.desired.RoleCredentials;
import io.redisroles.operator.desired.Rotation;
import io.redisroles.operator.plan.RolePlan;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/** A running server becomes as wished, without a restart, and proves it. */
class LiveChangesTest {
    private static final String ONE = "consumers: [{name: app, keys: ['a:*']}]";
    private static final String TWO = "consumers: [{name: app, keys: ['a:*']}, {name: other, keys: ['o:*']}]";

    private final RedisInspector inspector = new RedisInspector();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it before any test.
    Path directory;

    @SuppressWarnings("NullAway.Init") // Set before any test.
    RenderedRedis redis;

    @BeforeEach
    void start() {
        redis = RenderedRedis.start(plan(ONE), directory);
    }

    @AfterEach
    void stop() {
        redis.close();
        inspector.close();
    }

    @Test
    void aServerIsGivenItsUsersOnceAndThenLeftAlone() {
        // When
        Observation.Answered first = ask(wished(ONE));
        String after = redis.run("_operator", "INFO commandstats");
        Observation.Answered second = ask(wished(ONE));

        // Then
        assertThat(first.answer().aclRevision()).isEqualTo(wished(ONE).revision());
        assertThat(first.changes().repaired()).isEmpty();
        assertThat(second.answer().aclRevision()).isEqualTo(wished(ONE).revision());
        assertThat(setUserCalls(redis.run("_operator", "INFO commandstats"))).isEqualTo(setUserCalls(after));
    }

    @Test
    void usersComeChangeAndGo() {
        // Given
        ask(wished(ONE));

        // When
        Observation.Answered more = ask(wished(TWO));

        // Then
        assertThat(more.answer().aclRevision()).isEqualTo(wished(TWO).revision());
        assertThat(login("other", TWO, "SET o:1 x")).isEqualTo("OK");

        // When
        String narrowed = TWO.replace("o:*", "p:*");
        ask(wished(narrowed));

        // Then
        assertThat(login("other", TWO, "SET o:1 x")).startsWith("NOPERM");
        assertThat(login("other", TWO, "SET p:1 x")).isEqualTo("OK");

        // When
        Observation.Answered fewer = ask(wished(ONE));

        // Then
        assertThat(fewer.answer().aclRevision()).isEqualTo(wished(ONE).revision());
        assertThat(redis.run("_operator", "ACL USERS")).contains("app").doesNotContain("other");
    }

    @Test
    void aServerThatUsesMoreKeepsItsMaxmemoryIfItIsSpared() {
        // Given
        ask(wished(ONE));
        String before = redis.run("_operator", "CONFIG GET maxmemory");

        // When
        Observation.Answered spared = ask(wished(ONE).withMaxMemory(1024, true));

        // Then
        assertThat(redis.run("_operator", "CONFIG GET maxmemory")).isEqualTo(before);
        assertThat(spared.changes()).isEqualTo(Observation.Changes.NONE);

        // When
        Observation.Answered lowered = ask(wished(ONE).withMaxMemory(1L << 30, true));

        // Then
        assertThat(lowered.answer().maxMemory()).isEqualTo(1L << 30);
    }

    @Test
    void anotherOnesUserIsLeftAlone() {
        // Given
        redis.run("_operator", "ACL SETUSER vault-issued on >theirs ~v:* +get");

        // When
        ask(wished(TWO));
        ask(wished(ONE));

        // Then
        assertThat(redis.login(Optional.of("vault-issued"), "theirs", "GET v:1"))
                .isEqualTo("(nil)");
    }

    @Test
    void connectionsOutliveAChangeOfOtherUsersAndOfTheirOwnRights() {
        // Given
        assertThat(redis.run("app", "SET a:1 x")).isEqualTo("OK");
        String id = redis.run("app", "CLIENT ID");

        // When
        ask(wished(TWO.replace("a:*", "b:*")));

        // Then
        assertThat(redis.run("app", "CLIENT ID")).isEqualTo(id);
        assertThat(redis.run("app", "SET a:1 x")).startsWith("NOPERM");
        assertThat(redis.run("app", "SET b:1 x")).isEqualTo("OK");
    }

    @Test
    void aUserThatRedisRefusesIsNamedAndKeepsTheProofFromBeingWritten() {
        // Given a command of a module that this server has not loaded
        LiveSettings broken = wished("consumers: [{name: app, keys: ['a:*']}, {name: search, keys: ['s:*'], commands:"
                + " ['+ft.search']}]");

        // When
        Observation.Answered answer = ask(broken);

        // Then
        assertThat(answer.changes().refused())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.subject()).isEqualTo("search"))
                .satisfies(refusal -> assertThat(refusal.error()).contains("ft.search"));
        assertThat(answer.answer().aclRevision()).isEmpty();
        assertThat(redis.run("app", "SET a:1 x")).as("the others are as wished").isEqualTo("OK");
    }

    @Test
    void theDefaultUserIsOpenedAndClosed() {
        // Given
        String legacy = "consumers: [{name: app, keys: ['a:*'], passwordOnly: true}]";
        String password = redis.credentials().of("app").value();
        assertThat(redis.login(Optional.empty(), password, "PING")).startsWith("WRONGPASS");

        // When, Then
        ask(wished(legacy));
        assertThat(redis.login(Optional.empty(), password, "SET a:1 x")).isEqualTo("OK");

        // When, Then
        ask(wished(ONE));
        assertThat(redis.login(Optional.empty(), password, "PING")).startsWith("WRONGPASS");
    }

    @ParameterizedTest
    @CsvSource({
        "'memory: {maxMemory: 128Mi}', maxmemory, 134217728",
        "'memory: {evictionPolicy: allkeys-lfu}', maxmemory-policy, allkeys-lfu",
        "'persistence: {fsync: Always}', appendfsync, always",
        "'config: {hz: \"20\"}', hz, 20",
        "'config: {notify-keyspace-events: \"KEA\"}', notify-keyspace-events, AKE",
        "'config: {maxmemory-clients: \"5%\"}', maxmemory-clients, 5%",
    })
    void directivesAreSetLiveAndReadBack(String change, String directive, String expected) {
        // Given
        ask(wished(ONE));
        String before = redis.run("_operator", "INFO server").replaceAll("(?s).*run_id:(\\w+).*", "$1");

        // When
        Observation.Answered answer = ask(wished(ONE + "\n" + change));

        // Then
        assertThat(redis.config(directive)).isEqualTo(expected);
        assertThat(answer.changes().refused()).isEmpty();
        assertThat(answer.changes().repaired()).as("nobody's drift").isEmpty();
        assertThat(answer.answer().runId()).isEqualTo(before);
        assertThat(redis.config(directive)).isEqualTo(expected);
    }

    @Test
    void aDirectiveThatRedisRefusesIsNamedAndTheOthersAreSet() {
        // Given an allocator that cannot defragment
        LiveSettings wished = wished(ONE + "\nconfig: {hz: '33', tcp-keepalive: '30', activedefrag: 'yes'}");
        boolean canDefragment =
                redis.run("_operator", "CONFIG SET activedefrag yes").equals("OK");
        assumeFalse(canDefragment, "this server was built with its own allocator");

        // When
        Observation.Answered answer = ask(wished);

        // Then
        assertThat(answer.changes().refused())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.subject()).isEqualTo("activedefrag"))
                .satisfies(refusal -> assertThat(refusal.error()).containsIgnoringCase("defrag"));
        assertThat(redis.config("hz")).isEqualTo("33");
        assertThat(redis.config("tcp-keepalive")).isEqualTo("30");
    }

    @Test
    void aDirectiveTakenBackGetsItsDefault() {
        // Given
        ask(wished(ONE + "\nconfig: {hz: '20', client-output-buffer-limit: 'normal 8mb 8mb 1'}"));
        RolePlan back = plan(ONE).takingBack(Set.of("hz", "client-output-buffer-limit"));

        // When
        ask(LiveSettings.of(back, credentials(back)));

        // Then
        assertThat(redis.config("hz")).isEqualTo("10");
        assertThat(redis.config("client-output-buffer-limit"))
                .startsWith("normal 0 0 0")
                .contains("8388608 2097152 60");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONFIG SET maxmemory 0",
                "CONFIG SET appendonly no",
                "CONFIG SET protected-mode yes",
                "ACL SETUSER default on nopass",
                "ACL SETUSER app >intruder",
                "ACL SETUSER app resetpass >intruder",
                "ACL SETUSER app +@admin",
                "ACL SETUSER app ~*",
                "ACL SETUSER app off",
                "ACL DELUSER app",
                "ACL SETUSER _backdoor on nopass ~* +@all",
                "ACL SETUSER _probe +@all",
                "ACL DELUSER _revision",
            })
    void whatSomebodyChangesInsideIsRepairedAndTold(String drift) {
        // Given
        ask(wished(ONE));
        String users = redis.run("_operator", "ACL LIST");
        redis.run("_operator", drift);

        // When
        Observation.Answered answer = ask(wished(ONE));

        // Then
        assertThat(answer.answer().aclRevision()).isEqualTo(wished(ONE).revision());
        assertThat(answer.changes().refused()).isEmpty();
        assertThat(redis.run("_operator", "ACL LIST")).isEqualTo(users);
        assertThat(redis.config("maxmemory")).isEqualTo("268435456");
        if (!drift.contains("_revision")) {
            assertThat(answer.changes().repaired()).isNotEmpty();
        }
        assertThat(ask(wished(ONE)).changes().repaired()).as("told once").isEmpty();
    }

    @Test
    void aPausedServerIsOnlyLookedAt() {
        // Given
        String users = redis.run("_operator", "ACL LIST");

        // When
        Observation.Answered answer = ask(wished(TWO), false);

        // Then
        assertThat(redis.run("_operator", "ACL LIST")).isEqualTo(users);
        assertThat(answer.answer().aclRevision()).isEqualTo(wished(ONE).revision());
    }

    @Test
    void anEmergencyEndsTheLoginsOfBefore() {
        // Given a client that is logged in
        ask(wished(ONE));
        assertThat(redis.run("app", "SET a:1 x")).isEqualTo("OK");
        RolePlan plan = plan(ONE);
        RoleCredentials before = credentials(plan);
        Rotation.Request now =
                new Rotation.Request("", "leaked", "", Duration.ZERO, Set.of(), false, false, Optional.empty());
        RoleCredentials after = Rotation.next(before, now, () -> new Password("fresh"), Instant.EPOCH);

        // When
        Observation.Answered answer = inspect(after, LiveSettings.of(plan, after), true);

        // Then
        assertThat(answer.answer().aclRevision()).isEqualTo(AclFile.revision(plan, after));
        assertThat(redis.login(Optional.of("app"), before.of("app").value(), "GET a:1"))
                .startsWith("WRONGPASS");
        assertThat(redis.login(Optional.of("app"), "fresh", "GET a:1")).isEqualTo("x");
        assertThat(redis.isConnected("app")).as("the old login has ended").isFalse();

        // When it is seen again, then nobody is thrown out again
        Observation.Answered again = inspect(after, LiveSettings.of(plan, after), true);
        assertThat(again.changes().repaired()).isEmpty();
    }

    private String login(String user, String consumers, String command) {
        return redis.login(
                Optional.of(user), credentials(plan(consumers)).of(user).value(), command);
    }

    private static String setUserCalls(String commandStats) {
        return commandStats.replaceAll("(?s).*cmdstat_acl.setuser:calls=(\\d+).*", "$1");
    }

    private static RolePlan plan(String more) {
        return Samples.plan("role: gateway\n" + more);
    }

    private static RoleCredentials credentials(RolePlan plan) {
        return Samples.credentials(plan);
    }

    private static LiveSettings wished(String more) {
        RolePlan plan = plan(more);
        return LiveSettings.of(plan, credentials(plan));
    }

    private Observation.Answered ask(LiveSettings wished) {
        return ask(wished, true);
    }

    private Observation.Answered ask(LiveSettings wished, boolean changes) {
        return inspect(redis.credentials(), wished, changes);
    }

    private Observation.Answered inspect(RoleCredentials credentials, LiveSettings wished, boolean changes) {
        List<Observation> answer = List.of(inspector
                .inspect(new RedisInspector.Question(
                        RedisLogin.ofOperator(credentials, "127.0.0.1", redis.port()), wished, changes))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join());
        assertThat(answer).hasOnlyElementsOfType(Observation.Answered.class);
        return (Observation.Answered) answer.get(0);
    }
}
