package io.redisroles.operator.redis;

import io.redisroles.operator.certificate.Authorities;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Decides about one server's certificate, and notes it. One that has ended is good enough for the operator, which must get in
 * to have it replaced, and which is the one who tells; the server proves all the same that it has the key.
 */
final class Handshake extends X509ExtendedTrustManager {
    private final RedisTls expected;
    private volatile Optional<X509Certificate> leaf = Optional.empty();

    Handshake(RedisTls expected) {
        this.expected = expected;
    }

    /** What the server served; empty before that. */
    Optional<X509Certificate> leaf() {
        return leaf;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        X509Certificate served = chain[0];
        if (Authorities.dnsNames(served).noneMatch(expected.hosts()::contains)) {
            throw new UntrustedException("it serves a certificate of "
                    + Authorities.dnsNames(served).sorted().toList() + " (expected one of "
                    + expected.hosts().stream().sorted().toList() + ")");
        }
        if (!expected.authorities()
                .vouchFor(List.of(chain), served.getNotBefore().toInstant().plusSeconds(1))) {
            throw new UntrustedException("it serves a certificate of " + served.getIssuerX500Principal()
                    + ", whom nobody in ca.crt vouches for");
        }
        leaf = Optional.of(served);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkServerTrusted(chain, authType);
    }

    /** Never a server. */
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("the operator is no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return expected.authorities().certificates().toArray(X509Certificate[]::new);
    }

    /** The server is not the one that it should be. */
    static final class UntrustedException extends CertificateException {
        private static final long serialVersionUID = 1;

        UntrustedException(String message) {
            super(message);
        }
    }
}
