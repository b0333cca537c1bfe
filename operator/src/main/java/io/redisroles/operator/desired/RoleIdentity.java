package io.redisroles.operator.desired;

import io.redisroles.operator.certificate.ClientCertificates;
import io.redisroles.operator.certificate.RoleCertificate;
import java.util.Map;

/**
 * What is kept of a role's TLS.
 *
 * @param certificate what Redis serves
 * @param authority the content of the Secret with the role's own authority; empty if it has none
 * @param clients their certificates; none if Redis asks for none
 */
public record RoleIdentity(RoleCertificate certificate, Map<String, String> authority, ClientCertificates clients) {
    public RoleIdentity {
        authority = Map.copyOf(authority);
    }

    /** Clients need no certificate. */
    public RoleIdentity(RoleCertificate certificate, Map<String, String> authority) {
        this(certificate, authority, ClientCertificates.NONE);
    }

    /** Without what must not be shown. */
    @Override
    public String toString() {
        return "RoleIdentity[" + certificate + "]";
    }
}
