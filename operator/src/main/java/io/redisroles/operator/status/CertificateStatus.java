package io.redisroles.operator.status;

import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.redis.Observation;
import io.redisroles.operator.redis.ServedCertificate;
import java.time.Duration;
import java.time.Instant;

/** What is said of a role's certificate: True only of what a handshake has shown. */
final class CertificateStatus {
    /** With so little left, whoever should have renewed it has not. */
    private static final Duration SOON = Duration.ofDays(7);

    private CertificateStatus() {}

    static void addTo(Conditions conditions, WishedCertificate wished, Observation redis, Instant now) {
        if (redis instanceof Observation.Untrusted) {
            conditions.isFalse(ConditionType.CERTIFICATE_SERVED, ConditionReason.UNTRUSTED, redis.describe());
            return;
        }
        if (redis.served().isEmpty()) {
            wished.trouble()
                    .ifPresentOrElse(
                            trouble -> conditions.isFalse(
                                    ConditionType.CERTIFICATE_SERVED, trouble.reason(), trouble.message()),
                            () -> conditions.isUnknown(
                                    ConditionType.CERTIFICATE_SERVED,
                                    ConditionReason.UNKNOWN,
                                    "Redis has not been asked"));
            return;
        }
        served(conditions, wished, redis.served().get(), now);
    }

    private static void served(Conditions conditions, WishedCertificate wished, ServedCertificate served, Instant now) {
        boolean current = wished.certificate()
                .map(RoleCertificate::fingerprint)
                .filter(served.fingerprint()::equals)
                .isPresent();
        String until = "valid until " + served.end();
        if (!now.isBefore(served.end())) {
            conditions.isFalse(
                    ConditionType.CERTIFICATE_SERVED,
                    ConditionReason.EXPIRED,
                    "what is served ended at " + served.end() + ", and clients refuse it: "
                            + wished.trouble()
                                    .map(WishedCertificate.Trouble::message)
                                    .orElse("a new one is on its way"));
        } else if (wished.trouble().isPresent()) {
            WishedCertificate.Trouble trouble = wished.trouble().get();
            conditions.isFalse(
                    ConditionType.CERTIFICATE_SERVED,
                    trouble.reason(),
                    trouble.message() + "; the one before is served, " + until);
        } else if (!current) {
            conditions.isFalse(
                    ConditionType.CERTIFICATE_SERVED,
                    ConditionReason.RENEWING,
                    "a new certificate is on its way to the pod; the one before is served, " + until
                            + (served.error().isEmpty() ? "" : "; Redis says: " + served.error()));
        } else if (now.isAfter(served.end().minus(SOON))) {
            conditions.isFalse(
                    ConditionType.CERTIFICATE_SERVED,
                    ConditionReason.EXPIRES_SOON,
                    "read from a handshake, " + until + ": nobody has renewed it yet");
        } else {
            conditions.isTrue(
                    ConditionType.CERTIFICATE_SERVED, ConditionReason.SERVED, "read from a handshake, " + until);
        }
    }
}
