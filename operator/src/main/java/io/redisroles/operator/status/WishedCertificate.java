package io.redisroles.operator.status;

import io.redisroles.operator.certificate.RoleCertificate;
import io.redisroles.operator.certificate.RoleCertificate.Finding;
import java.util.Optional;

/**
 * The certificate that a role should serve.
 *
 * @param certificate the last good one; empty if there never was one
 * @param trouble why there is no better one; empty if its source is in order
 */
public record WishedCertificate(Optional<RoleCertificate> certificate, Optional<Trouble> trouble) {
    /**
     * What is wrong with the source of a certificate.
     *
     * @param message what is wrong, and what to do
     */
    public record Trouble(ConditionReason reason, String message) {
        /**
         * What a finding means.
         *
         * @param source what has the certificate, for example {@code Secret gateway-tls}
         */
        public static Trouble of(String source, Finding finding) {
            ConditionReason reason = switch (finding.fault()) {
                case INVALID -> ConditionReason.INVALID_CERTIFICATE;
                case EXPIRED -> ConditionReason.EXPIRED;
            };
            return new Trouble(reason, source + ": " + finding.message());
        }
    }
}
