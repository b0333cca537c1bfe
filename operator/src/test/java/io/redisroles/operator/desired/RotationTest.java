package io.redisroles.operator.desired;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.redisroles.operator.Samples;
import io.redisroles.operator.plan.RolePlan;
import io.redisroles.operator.plan.RotationSchedule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RotationTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private static final RolePlan PLAN =
            Samples.plan("{role: gateway, consumers: [{name: a, keys: ['a:*']}, {name: b, keys: ['b:*']}]}");
    private static final RoleCredentials FIRST = Samples.credentials(PLAN);

    private final AtomicInteger made = new AtomicInteger();

    @Test
    void aNextPasswordIsAcceptedBeforeItIsToldAndTheFormerOneAfter() {
        // When asked
        RoleCredentials announced = next(FIRST, request("one", "", false), NOON);

        // Then both are accepted and the old one is told
        assertThat(announced.of("a")).isEqualTo(FIRST.of("a"));
        assertThat(announced.digests("a")).hasSize(2).contains(FIRST.of("a").sha256());

        // When the server has not proved them yet, then nothing moves
        assertThat(next(announced, request("one", "", false), NOON)).isEqualTo(announced);

        // When it has
        RoleCredentials turned = next(announced, request("one", "", true), NOON);

        // Then the new one is told and what is accepted is the same: Redis is told nothing
        assertThat(turned.of("a")).isNotEqualTo(FIRST.of("a"));
        assertThat(turned.digests("a")).isEqualTo(announced.digests("a"));
        assertThat(AclFile.revision(PLAN, turned)).isEqualTo(AclFile.revision(PLAN, announced));

        // When the overlap has passed
        assertThat(Rotation.nextEnd(turned)).hasValue(NOON.plus(Rotation.OVERLAP));
        assertThat(next(
                                turned,
                                request("one", "", true),
                                NOON.plus(Rotation.OVERLAP).minusSeconds(1))
                        .digests("a"))
                .hasSize(2);
        RoleCredentials ended = next(turned, request("one", "", true), NOON.plus(Rotation.OVERLAP));

        // Then only the new one is left
        assertThat(ended.digests("a")).containsExactly(turned.of("a").sha256());
        assertThat(Rotation.nextEnd(ended)).isEmpty();
    }

    @Test
    void everyStepSurvivesAnOperatorThatEndsAfterIt() {
        // Given each state of a rotation, as the Secret keeps it
        RoleCredentials announced = next(FIRST, request("one", "", false), NOON);
        RoleCredentials turned = next(announced, request("one", "", true), NOON);

        // Then another operator reads the same
        for (RoleCredentials state : List.of(FIRST, announced, turned)) {
            RoleCredentials read = RoleCredentials.complete(PLAN, Optional.of(secret(state)), this::random);
            assertThat(read.content()).isEqualTo(state.content());
            assertThat(AclFile.of(PLAN, read)).isEqualTo(AclFile.of(PLAN, state));
            assertThat(read.ofOperator()).isEqualTo(state.ofOperator());
        }
    }

    @Test
    void anEmergencyLeavesOneNewPasswordAndLetsTheOperatorInWithTheOld() {
        // When
        RoleCredentials after = next(FIRST, request("", "leaked", false), NOON);

        // Then
        assertThat(after.digests("a"))
                .containsExactly(after.of("a").sha256())
                .doesNotContain(FIRST.of("a").sha256());
        assertThat(after.endedLogins()).isEqualTo("leaked");
        assertThat(after.ofOperator()).containsExactly(after.of("_operator"), FIRST.of("_operator"));

        // When it is asked for no second time, then nothing changes
        assertThat(next(after, request("", "leaked", true), NOON).digests("a")).isEqualTo(after.digests("a"));
    }

    @Test
    void aRequestThatIsOlderThanTheCredentialsIsMet() {
        // When
        RoleCredentials after = Rotation.next(
                FIRST,
                new Rotation.Request("one", "two", "", Duration.ZERO, Set.of(), false, true, Optional.empty()),
                this::random,
                NOON);

        // Then
        assertThat(after.byUser()).isEqualTo(FIRST.byUser());
        assertThat(next(after, request("one", "two", false), NOON).byUser()).isEqualTo(FIRST.byUser());
    }

    @Test
    void anEditedBindingRotatesItsConsumerAlone() {
        // When
        RoleCredentials after = Rotation.next(
                FIRST,
                new Rotation.Request("", "", "", Duration.ZERO, Set.of("a"), false, false, Optional.empty()),
                this::random,
                NOON);

        // Then
        assertThat(after.digests("a")).hasSize(2);
        assertThat(after.digests("b")).hasSize(1);
        assertThat(after.digests("_operator")).hasSize(1);
    }

    @Test
    void aPasswordWrittenByHandIsTakenAndTheOneBeforeItStaysForAWhile() {
        // Given
        Map<String, String> data = new TreeMap<>(secret(FIRST).getData());
        data.put("a.password", base64("chosen-by-hand"));
        RoleCredentials edited = RoleCredentials.complete(
                PLAN, Optional.of(new SecretBuilder().withData(data).build()), this::random);

        // Then the binding, which still has the one before, is not taken for an edited one
        assertThat(edited.knows("a", FIRST.of("a"))).isTrue();

        // When
        RoleCredentials after = next(edited, request("", "", true), NOON);

        // Then
        assertThat(after.of("a").value()).isEqualTo("chosen-by-hand");
        assertThat(after.digests("a")).hasSize(2).contains(FIRST.of("a").sha256());
        assertThat(next(after, request("", "", true), NOON.plus(Rotation.OVERLAP))
                        .digests("a"))
                .containsExactly(after.of("a").sha256());
    }

    @Test
    void whatOthersUseIsRotatedWhenTheSecretIsGone() {
        // When
        RoleCredentials after =
                RoleCredentials.complete(PLAN, Optional.empty(), Map.of("a", new Password("in-use")), this::random);

        // Then
        assertThat(after.of("a").value()).isEqualTo("in-use");
        assertThat(after.digests("a")).hasSize(2);
        assertThat(after.digests("b")).hasSize(1);
    }

    @Test
    void anUpgradedSecretIsNotTakenForAnEditedOne() {
        // Given the Secret of a release that knew no rotation
        Map<String, String> data = new TreeMap<>(secret(FIRST).getData());
        data.keySet().removeIf(key -> key.endsWith(".sha256"));

        // When
        RoleCredentials read = RoleCredentials.complete(
                PLAN, Optional.of(new SecretBuilder().withData(data).build()), this::random);

        // Then
        assertThat(next(read, request("", "", true), NOON)).isEqualTo(FIRST);
    }

    private RoleCredentials next(RoleCredentials credentials, Rotation.Request request, Instant now) {
        return Rotation.next(credentials, request, this::random, now);
    }

    @Test
    void passwordsChangeByThemselvesBeforeTheyAreTooOld() {
        // Given
        RotationSchedule schedule = Samples.plan("{role: gateway, passwordRotation: {every: 30d}}")
                .rotation()
                .orElseThrow();
        RoleCredentials noted = next(FIRST, scheduled(schedule), NOON);
        Instant due = Rotation.nextDue(noted, Optional.of(schedule)).orElseThrow();

        // Then the schedule counts from when it was first seen
        assertThat(noted.made()).hasValue(NOON);
        assertThat(due).isBetween(NOON.plus(Duration.ofDays(27)), NOON.plus(Duration.ofDays(30)));
        assertThat(next(noted, scheduled(schedule), due.minusSeconds(1))).isEqualTo(noted);

        // When
        RoleCredentials announced = next(noted, scheduled(schedule), due);
        RoleCredentials turned = next(announced, scheduled(schedule), due.plusSeconds(5));

        // Then
        assertThat(announced.of("a")).isEqualTo(FIRST.of("a"));
        assertThat(turned.of("a")).isNotEqualTo(FIRST.of("a"));
        assertThat(turned.digests("a")).hasSize(2).contains(FIRST.of("a").sha256());
        assertThat(turned.made()).hasValue(due);
        assertThat(Rotation.nextDue(turned, Optional.of(schedule)))
                .hasValueSatisfying(next -> assertThat(next).isAfter(due.plus(Duration.ofDays(26))));
    }

    @Test
    void aRotationThatWasAskedForCountsAsOne() {
        // Given
        RotationSchedule schedule = Samples.plan("{role: gateway, passwordRotation: {every: 12h}}")
                .rotation()
                .orElseThrow();
        RoleCredentials noted = next(FIRST, scheduled(schedule), NOON);
        Instant later = NOON.plus(Duration.ofHours(5));

        // When
        Rotation.Request asked =
                new Rotation.Request("now", "", "", Duration.ZERO, Set.of(), true, false, Optional.of(schedule));
        RoleCredentials announced = next(noted, asked, later);

        // Then
        assertThat(announced.made()).hasValue(later);
    }

    @Test
    void anotherSecretOfIdentifiersIsToldBesideTheFormerOneUntilNothingRemembersThat() {
        // When asked
        Duration day = Duration.ofDays(1);
        RoleCredentials exchanging = next(FIRST, identifiers("one", day), NOON);

        // Then sidecars are told both, and nothing else changes
        IdentifierSecret former = FIRST.identifiers();
        IdentifierSecret both = exchanging.identifiers();
        assertThat(both.current()).isNotEqualTo(former.current());
        assertThat(both.lines())
                .isEqualTo(both.current().value() + "\n" + former.current().value());
        assertThat(exchanging.byUser()).isEqualTo(FIRST.byUser());

        // Then it ends when all have heard of it and the longest period has passed, and another waits for that
        Instant end = NOON.plus(Rotation.OVERLAP).plus(day);
        assertThat(Rotation.nextEnd(exchanging)).hasValue(end);
        assertThat(next(exchanging, identifiers("two", day), end.minusSeconds(1)))
                .isEqualTo(exchanging);
        RoleCredentials ended = next(exchanging, identifiers("one", day), end);
        assertThat(ended.identifiers().lines()).isEqualTo(both.current().value());
        assertThat(Rotation.nextEnd(ended)).isEmpty();
        assertThat(next(ended, identifiers("one", day), end)).isEqualTo(ended);
        assertThat(next(exchanging, identifiers("two", day), end).identifiers().former())
                .map(IdentifierSecret.Former::key)
                .hasValue(both.current());
    }

    @Test
    void theStateOfAnExchangeIsInTheSecret() {
        RoleCredentials exchanging = next(FIRST, identifiers("one", Duration.ofMinutes(1)), NOON);

        assertThat(RoleCredentials.complete(PLAN, Optional.of(secret(exchanging)), this::random))
                .isEqualTo(exchanging);
    }

    @Test
    void whatIsNotScheduledIsNotNoted() {
        assertThat(next(FIRST, request("", "", true), NOON)).isEqualTo(FIRST);
        assertThat(Rotation.nextDue(FIRST, Optional.empty())).isEmpty();
    }

    private static Rotation.Request scheduled(RotationSchedule schedule) {
        return new Rotation.Request("", "", "", Duration.ZERO, Set.of(), true, false, Optional.of(schedule));
    }

    private static Rotation.Request identifiers(String identifiers, Duration memory) {
        return new Rotation.Request("", "", identifiers, memory, Set.of(), true, false, Optional.empty());
    }

    private static Rotation.Request request(String rotate, String endLogins, boolean loaded) {
        return new Rotation.Request(rotate, endLogins, "", Duration.ZERO, Set.of(), loaded, false, Optional.empty());
    }

    private Password random() {
        return new Password("made-" + made.incrementAndGet());
    }

    private static Secret secret(RoleCredentials credentials) {
        return RedisSecrets.credentials(PLAN, credentials);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
