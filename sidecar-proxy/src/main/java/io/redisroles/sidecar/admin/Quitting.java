package io.redisroles.sidecar.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.redisroles.contract.ConfigException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;

/**
 * Lets a Job's app end its sidecar where the cluster does not (before native sidecars): whoever reads the token file, which
 * this sidecar writes into a folder that both containers mount, may.
 */
public final class Quitting {
    private static final int TOKEN_BYTES = 32;
    private static final String BEARER = "Bearer ";

    private final Optional<byte[]> token;
    private final Runnable quit;

    private Quitting(Optional<byte[]> token, Runnable quit) {
        this.token = token;
        this.quit = quit;
    }

    /**
     * Writes a fresh token, if there is a file for it.
     *
     * @param file none: nobody may
     * @throws ConfigException if it cannot be written
     */
    public static Quitting prepare(Optional<Path> file, SecureRandom random, Runnable quit) {
        return new Quitting(file.map(path -> write(path, random)), quit);
    }

    Page answer(HttpHeaders headers) {
        if (token.isEmpty()) {
            return Page.refusal(HttpResponseStatus.NOT_FOUND);
        }
        byte[] said = headers.get(HttpHeaderNames.AUTHORIZATION, "").getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(said, token.get())) {
            return Page.refusal(HttpResponseStatus.UNAUTHORIZED);
        }
        quit.run();
        return Page.text("quitting\n");
    }

    private static byte[] write(Path file, SecureRandom random) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        try {
            Path whole = Files.writeString(file.resolveSibling(file.getFileName() + ".new"), fresh);
            Files.setPosixFilePermissions(whole, PosixFilePermissions.fromString("r--r--r--"));
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ConfigException(
                    "the token file cannot be written: " + file + " ("
                            + e.getClass().getSimpleName() + ")",
                    e);
        }
        return (BEARER + fresh).getBytes(StandardCharsets.UTF_8);
    }
}
