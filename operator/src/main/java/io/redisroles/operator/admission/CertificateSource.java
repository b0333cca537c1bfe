package io.redisroles.operator.admission;

import io.redisroles.operator.certificate.KeyAndChain;
import java.util.Optional;

/** Where the webhook's certificate comes from. Looked at every few seconds; what it says is served from then on. */
interface CertificateSource {
    /** What is served now, after it was renewed if that was due. */
    Material current();

    /**
     * A certificate and who vouches for it.
     *
     * @param identity to serve
     * @param authorities in PEM, for the webhook configurations; empty if somebody else writes them there
     */
    record Material(KeyAndChain identity, Optional<String> authorities) {}
}
