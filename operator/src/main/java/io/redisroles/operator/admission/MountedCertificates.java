package io.redisroles.operator.admission;

import io.redisroles.operator.certificate.KeyAndChain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A certificate that somebody else keeps fresh in a mounted Secret, for example cert-manager, which also writes the
 * authority into the webhook configurations.
 *
 * @param directory with tls.crt and tls.key
 */
record MountedCertificates(Path directory) implements CertificateSource {
    /**
     * Reads both files.
     *
     * @throws IllegalArgumentException if they do not belong together: they may be exchanged between the two reads
     */
    @Override
    public Material current() {
        try {
            KeyAndChain identity = KeyAndChain.read(
                    Files.readString(directory.resolve("tls.key")), Files.readString(directory.resolve("tls.crt")));
            if (!identity.fits()) {
                throw new IllegalArgumentException(directory + ": tls.key is not the key of tls.crt");
            }
            return new Material(identity, Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": expected tls.crt and tls.key", e);
        }
    }
}
