package io.redisroles.sidecar.limit;

import io.redisroles.contract.CsrfMode;
import io.redisroles.contract.Identifiers;
import io.redisroles.contract.Jwt;
import io.redisroles.contract.PolicySection;
import io.redisroles.contract.PolicySection.Limit;
import io.redisroles.contract.SessionFailure;
import io.redisroles.contract.SessionRequirement;
import io.redisroles.contract.SubjectPart;
import io.redisroles.contract.Unmatched;
import io.redisroles.sidecar.config.ActiveKeys.Hashes;
import io.redisroles.sidecar.config.KeyedHash;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CounterKeysTest {
    private static final Subject ADA = subject("ada", "s-12345678", "192.0.2.1", "api");

    private static final Hashes HASHES = Hashes.of(KeyedHash.derive(new byte[32], "rate"));

    private final CounterKeys keys = new CounterKeys(() -> HASHES);

    @Test
    void thePrincipalIsTheHashTagAndTheOtherPartsFollow() {
        assertThat(keys.key(policy(Identifiers.PLAIN), limit(SubjectPart.RULE, SubjectPart.USER), ADA))
                .isEqualTo("rate:{user=ada}:caas/gateway:api:rule=api");
    }

    @Test
    void hashedKeysShowNothingAndTellSubjectsApart() {
        // Given
        Subject bob = subject("bob", "s-12345678", "192.0.2.1", "api");

        // When
        String key = keys.key(policy(Identifiers.HASHED), limit(SubjectPart.USER), ADA);

        // Then
        assertThat(key).matches("rate:\\{[A-Za-z0-9_-]{22}}:caas/gateway:api");
        assertThat(keys.key(policy(Identifiers.HASHED), limit(SubjectPart.USER), bob))
                .isNotEqualTo(key);
    }

    @Test
    void whileTheKeyIsExchangedACounterHasTwoNamesAndThenTheNewOne() {
        // Given
        KeyedHash former = KeyedHash.derive(new byte[32], "rate");
        KeyedHash current = KeyedHash.derive(new byte[33], "rate");
        AtomicReference<Hashes> active = new AtomicReference<>(Hashes.of(former));
        CounterKeys exchanged = new CounterKeys(active::get);
        PolicySection hashed = policy(Identifiers.HASHED);
        Limit limit = limit(SubjectPart.USER, SubjectPart.RULE);
        String before = exchanged.charge(hashed, limit, ADA, "", 1).key();

        // When, Then
        active.set(new Hashes(current, Optional.of(former)));
        Charge meanwhile = exchanged.charge(hashed, limit, ADA, "", 1);
        assertThat(meanwhile.key()).isEqualTo(before);
        assertThat(exchanged
                        .charge(policy(Identifiers.PLAIN), limit, ADA, "", 1)
                        .twin())
                .isEmpty();

        active.set(Hashes.of(current));
        Charge after = exchanged.charge(hashed, limit, ADA, "", 1);
        assertThat(after.key()).isEqualTo(meanwhile.twin().orElseThrow()).isNotEqualTo(before);
        assertThat(after.twin()).isEmpty();
    }

    @Test
    void aUserNamedLikeAnAddressIsNotThatAddress() {
        // Given
        Subject named = subject("192.0.2.1", "s-12345678", "198.51.100.1", "api");
        Subject anonymous = Subject.anonymous("192.0.2.1", "api");

        // When, Then
        for (Identifiers mode : Identifiers.values()) {
            assertThat(keys.key(policy(mode), limit(SubjectPart.USER), named))
                    .isNotEqualTo(keys.key(policy(mode), limit(SubjectPart.USER), anonymous));
        }
    }

    @Test
    void strangersThatComeOncePushNoNameOut() {
        // Given
        Limit limit = limit(SubjectPart.USER);
        PolicySection policy = policy(
                Identifiers.HASHED,
                new PolicySection.Rule(
                        "api",
                        List.of("/**"),
                        List.of(),
                        SessionRequirement.NONE,
                        SessionFailure.DENY,
                        List.of(limit)));
        String key = keys.key(policy, limit, ADA);

        // When
        for (int i = 0; i < 50_000; i++) {
            String unused = keys.key(policy, limit, subject("stranger-" + i, "s-" + i, "192.0.2.1", "api"));
        }

        // Then
        assertThat(keys.key(policy, limit, ADA)).as("was not made again").isSameAs(key);
    }

    @Test
    void theOrderOfThePartsMeansNothing() {
        assertThat(keys.key(policy(Identifiers.HASHED), limit(SubjectPart.IP, SubjectPart.USER), ADA))
                .isEqualTo(keys.key(policy(Identifiers.HASHED), limit(SubjectPart.USER, SubjectPart.IP), ADA));
    }

    @Test
    void nothingInAPlainNameCanEndTheTag() {
        // Given
        Subject odd = subject("a}:b{ %\u00e9", "s-12345678", "192.0.2.1", "api");

        // When, Then
        assertThat(keys.key(policy(Identifiers.PLAIN), limit(SubjectPart.USER), odd))
                .isEqualTo("rate:{user=a%7D%3Ab%7B%20%25%C3%A9}:caas/gateway:api");
    }

    private static Subject subject(String user, String session, String ip, String rule) {
        return new Subject(user, session, "", ip, rule, "", "", name -> "");
    }

    private static Limit limit(SubjectPart... by) {
        return Limit.slidingWindow("api", List.of(by), 10, Duration.ofMinutes(1));
    }

    private static PolicySection policy(Identifiers identifiers, PolicySection.Rule... rules) {
        return new PolicySection(
                "caas",
                "gateway",
                1,
                Unmatched.DENY,
                identifiers,
                new PolicySection.Client(List.of(), 64, false),
                new PolicySection.Session(
                        List.of(),
                        "session:",
                        "auth:token:",
                        "apikey:",
                        Duration.ofMinutes(30),
                        Duration.ofHours(24),
                        "created_at",
                        new Jwt.Disabled(),
                        new PolicySection.Csrf(CsrfMode.DISABLED, List.of())),
                new PolicySection.Tier("tier", "free"),
                1000,
                1,
                List.of(rules));
    }
}
