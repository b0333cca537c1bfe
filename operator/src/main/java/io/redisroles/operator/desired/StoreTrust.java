package io.redisroles.operator.desired;

import io.redisroles.operator.certificate.ClientCertificate;
import java.util.Optional;

/**
 * What the sidecars of a policy need for encrypted connections to one role.
 *
 * @param authorities who is to be believed about the server's certificate, PEM
 * @param certificate theirs; empty if the server asks for none
 */
public record StoreTrust(String authorities, Optional<ClientCertificate> certificate) {
    /** Of a server that asks for no certificate. */
    public StoreTrust(String authorities) {
        this(authorities, Optional.empty());
    }

    /** What their file has; empty rather than absent, so that a running sidecar has the file before it needs it. */
    String identity() {
        return certificate.map(ClientCertificate::pem).orElse("");
    }
}
