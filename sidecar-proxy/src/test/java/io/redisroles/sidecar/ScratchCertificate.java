package io.redisroles.sidecar;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A throw-away certificate that vouches for itself, made by the JDK's keytool.
 *
 * @param chain PEM
 * @param key PEM
 */
public record ScratchCertificate(String chain, String key) {
    private static final char[] PASSWORD = "throw-away".toCharArray();

    /** Of one DNS name. */
    public static ScratchCertificate of(String host, Path directory) {
        try {
            Path store = directory.resolve(host + "-" + System.nanoTime() + ".p12");
            Process keytool = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "it",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-dname",
                            "CN=test",
                            "-ext",
                            "san=dns:" + host,
                            "-ext",
                            "bc=ca:true",
                            "-validity",
                            "3650",
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            new String(PASSWORD),
                            "-keystore",
                            store.toString()))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new IllegalStateException("keytool: " + said);
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD);
            }
            return new ScratchCertificate(
                    pem("CERTIFICATE", keys.getCertificate("it").getEncoded()),
                    pem("PRIVATE KEY", keys.getKey("it", PASSWORD).getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Writes it where {@link #directives} says. */
    public void write(Path directory) {
        try {
            Files.writeString(directory.resolve("tls.crt"), chain);
            Files.writeString(directory.resolve("tls.key"), key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What has a redis-server serve what was written to a folder, on {@code port}. */
    public static String[] directives(Path directory, int port) {
        return new String[] {
            "--tls-port", String.valueOf(port),
            "--tls-cert-file", directory.resolve("tls.crt").toString(),
            "--tls-key-file", directory.resolve("tls.key").toString(),
            "--tls-auth-clients", "no"
        };
    }

    private static String pem(String kind, byte[] content) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
    }
}
