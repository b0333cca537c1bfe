package io.redisroles.sidecar.session;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Set;

/**
 * Signatures of JWS (RFC 7515, RFC 7518, RFC 8037) by public keys. Never {@code none}, never an HMAC, for which a public key
 * would be everybody's secret; a key is only used with the algorithms of its own type.
 */
final class JwtSignature {
    private static final Set<JWSAlgorithm> RSA = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512);
    private static final Set<JWSAlgorithm> ELLIPTIC =
            Set.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384, JWSAlgorithm.ES512);
    private static final Set<JWSAlgorithm> EDWARDS = Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);
    private static final int SHORTEST_RSA_BITS = 2048;

    private JwtSignature() {}

    static boolean isAllowed(JWSAlgorithm algorithm) {
        return RSA.contains(algorithm) || ELLIPTIC.contains(algorithm) || EDWARDS.contains(algorithm);
    }

    /** Whether {@code key} made the signature. */
    static boolean isBy(JWK key, JWSObject jws) {
        JWSHeader header = jws.getHeader();
        JWSAlgorithm algorithm = header.getAlgorithm();
        if (header.getCriticalParams() != null) {
            return false; // RFC 7515 §4.1.11: what we do not understand must be refused, and we understand none of them
        }
        try {
            if (key instanceof RSAKey rsa && RSA.contains(algorithm)) {
                return rsa.size() >= SHORTEST_RSA_BITS && jws.verify(new RSASSAVerifier(rsa.toRSAPublicKey()));
            }
            if (key instanceof ECKey elliptic && ELLIPTIC.contains(algorithm)) {
                return jws.verify(new ECDSAVerifier(elliptic.toECPublicKey()));
            }
            return key instanceof OctetKeyPair edwards
                    && EDWARDS.contains(algorithm)
                    && edwards.getCurve().equals(Curve.Ed25519)
                    && isByEd25519(edwards, jws);
        } catch (JOSEException | GeneralSecurityException | IllegalStateException e) {
            return false;
        }
    }

    private static boolean isByEd25519(OctetKeyPair key, JWSObject jws) throws GeneralSecurityException {
        byte[] encoded = key.getDecodedX();
        if (encoded.length != 32) {
            return false;
        }
        // RFC 8032 §5.1.2: y in little-endian order, the sign of x in its highest bit.
        byte[] y = new byte[encoded.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = encoded[encoded.length - 1 - i];
        }
        boolean odd = (y[0] & 0x80) != 0;
        y[0] &= 0x7F;
        PublicKey publicKey = KeyFactory.getInstance("Ed25519")
                .generatePublic(
                        new EdECPublicKeySpec(NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, y))));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(publicKey);
        signature.update(jws.getSigningInput());
        return signature.verify(jws.getSignature().decode());
    }
}
