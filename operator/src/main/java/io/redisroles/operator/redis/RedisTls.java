package io.redisroles.operator.redis;

import io.redisroles.operator.certificate.Authorities;
import io.redisroles.operator.certificate.ClientCertificate;
import io.redisroles.operator.certificate.KeyAndChain;
import io.redisroles.operator.certificate.RoleCertificate;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the operator expects of the certificate of a role's Redis.
 *
 * @param hosts of which the certificate must have one, whatever address is dialled
 * @param authorities who is believed about it, those of the certificate before it among them
 * @param wished fingerprint of the one that should be served
 * @param own the operator's, which the server may ask for; empty if the operator has none
 */
public record RedisTls(Set<String> hosts, Authorities authorities, String wished, Optional<ClientCertificate> own) {
    public RedisTls {
        hosts = Set.copyOf(hosts);
    }

    /** The server should serve {@code certificate}; what it served before has a name in common with it. */
    public static RedisTls of(RoleCertificate certificate, Optional<ClientCertificate> own) {
        return new RedisTls(
                Authorities.dnsNames(
                                KeyAndChain.certificates(certificate.chain()).get(0))
                        .collect(Collectors.toSet()),
                Authorities.read(certificate.authorities()),
                certificate.fingerprint(),
                own);
    }
}
