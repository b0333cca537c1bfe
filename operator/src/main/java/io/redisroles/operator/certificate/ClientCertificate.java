package io.redisroles.operator.certificate;

/**
 * What a client shows to a Redis that asks who it is; {@link #toString} does not show the key.
 *
 * @param chain its certificate first, PEM
 * @param key of that certificate, PEM
 */
public record ClientCertificate(String chain, String key) {
    static ClientCertificate of(KeyAndChain identity) {
        return new ClientCertificate(
                CertificateAuthority.pem(identity.certificate()), CertificateAuthority.pem(identity.key()));
    }

    /** Both in one text, so that nobody reads one of them anew and the other of before. */
    public String pem() {
        return key + chain;
    }

    @Override
    public String toString() {
        return "ClientCertificate[not shown]";
    }
}
