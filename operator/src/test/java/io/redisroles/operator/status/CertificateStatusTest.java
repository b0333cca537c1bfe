package io.redisroles.operator.status;

import io.redisroles.api.v1alpha1.Condition;
import io.redisroles.operator.certificate.IssuedCertificates;
import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.RedisFacts;
import io.redisroles.operator.redis.RedisLoad;
import io.redisroles.operator.redis.ServedCertificate;
import io.redisroles.operator.status.WishedCertificate.Trouble;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is said of certificates, from the answer of a handshake and the state of their source. */
class CertificateStatusTest {
    private static final Trouble TROUBLE = new Trouble(ConditionReason.SECRET_NOT_FOUND, "Secret tls is not there");

    private final RoleCertificate wished = new IssuedCertificates().issue(Duration.ZERO, "redis-sample.demo.svc");
    private final Instant end = wished.end();
    private final Instant now = end.minus(Duration.ofDays(60));

    @Test
    void whatAHandshakeShowedIsServed() {
        assertSaid(good(), served(wished.fingerprint(), ""), now, "True", "Served", "until " + end);
    }

    @Test
    void beforeAnyHandshakeNothingIsKnownButTrouble() {
        assertSaid(good(), new Observation.Unknown(), now, "Unknown", "Unknown", "not been asked");
        assertSaid(troubled(), new Observation.Unknown(), now, "False", "SecretNotFound", "Secret tls is not there");
    }

    @Test
    void anotherThanTheWishedOneIsNotServedYet() {
        assertSaid(good(), served("ab", "key values mismatch"), now, "False", "Renewing", "key values mismatch");
    }

    @Test
    void troubleIsToldWithWhatGoesOn() {
        assertSaid(troubled(), served(wished.fingerprint(), ""), now, "False", "SecretNotFound", "until " + end);
    }

    @Test
    void anEndThatNobodyAvertedIsToldSevenDaysBefore() {
        Instant before = end.minus(Duration.ofDays(7)).minusSeconds(1);

        assertSaid(good(), served(wished.fingerprint(), ""), before, "True", "Served", "");
        assertSaid(good(), served(wished.fingerprint(), ""), before.plusSeconds(2), "False", "ExpiresSoon", "");
        assertSaid(good(), served(wished.fingerprint(), ""), end, "False", "Expired", "clients refuse it");
    }

    @Test
    void aServerThatIsNotBelievedIsToldAsSuch() {
        assertSaid(
                good(), new Observation.Untrusted("another authority"), now, "False", "Untrusted", "another authority");
    }

    private static void assertSaid(
            WishedCertificate wished, Observation redis, Instant now, String status, String reason, String message) {
        Conditions conditions = new Conditions(List.of(), 1, now);

        CertificateStatus.addTo(conditions, wished, redis, now);

        Condition said = conditions.list().get(0);
        assertThat(said.type()).isEqualTo("CertificateServed");
        assertThat(said.status()).as(said.message()).isEqualTo(status);
        assertThat(said.reason()).isEqualTo(reason);
        assertThat(said.message()).contains(message);
    }

    private WishedCertificate good() {
        return new WishedCertificate(Optional.of(wished), Optional.empty());
    }

    private WishedCertificate troubled() {
        return new WishedCertificate(Optional.of(wished), Optional.of(TROUBLE));
    }

    private Observation served(String fingerprint, String error) {
        return new Observation.Answered(
                new RedisFacts("7.4.2", "run", 1, 2, 0, 0, 0, true, true, "", Map.of(), RedisLoad.NONE),
                new Observation.Canary(Observation.Canary.Outcome.SERVED, ""),
                new Observation.Changes(List.of(), List.of()),
                Optional.of(new ServedCertificate(fingerprint, end, error)));
    }
}
