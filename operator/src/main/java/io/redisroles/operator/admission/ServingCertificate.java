package io.redisroles.operator.admission;

import io.redisroles.operator.certificate.KeyAndChain;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The certificate that connections are answered with; each new handshake takes the newest. Safe for all threads. */
final class ServingCertificate extends X509ExtendedKeyManager {
    private static final String ALIAS = "serving";

    private volatile Optional<KeyAndChain> current = Optional.empty();

    /** Serves {@code newest} from now on; returns whether it is another than before. */
    synchronized boolean replace(KeyAndChain newest) {
        boolean changed = current.filter(newest::equals).isEmpty();
        current = Optional.of(newest);
        return changed;
    }

    Optional<KeyAndChain> current() {
        return current;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, Socket socket) {
        return alias(keyType);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return alias(keyType);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return current.map(known -> known.chain().toArray(X509Certificate[]::new))
                .orElse(null);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        return current.map(KeyAndChain::key).orElse(null);
    }

    /** Never a client. */
    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[0];
    }

    /** Never a client. */
    @Override
    public @Nullable String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, Socket socket) {
        return null;
    }

    private @Nullable String alias(String keyType) {
        return current.map(KeyAndChain::key)
                .filter(key -> key.getAlgorithm().equals(keyType))
                .map(key -> ALIAS)
                .orElse(null);
    }
}
