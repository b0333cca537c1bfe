package io.redisroles.sidecar.redis;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script that runs inside Redis. */
public final class Script {
    private static final byte[] EVAL = "EVAL".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVALSHA = "EVALSHA".getBytes(StandardCharsets.US_ASCII);

    private final String name;
    private final byte[] text;
    private final byte[] sha1;

    private Script(String name, String text) {
        this.name = name;
        this.text = text.getBytes(StandardCharsets.UTF_8);
        this.sha1 = HexFormat.of().formatHex(digest(this.text)).getBytes(StandardCharsets.US_ASCII);
    }

    /** The script with this text. */
    public static Script of(String text) {
        return new Script("script", text);
    }

    /** The script in a file beside {@code owner}. */
    public static Script fromResource(Class<?> owner, String name) {
        try (InputStream stream = owner.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("not on the class path: " + name);
            }
            return new Script(
                    name.replaceFirst("\\.lua$", ""), new String(stream.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What log entries call it. */
    public String name() {
        return name;
    }

    /** As sent. */
    public String text() {
        return new String(text, StandardCharsets.UTF_8);
    }

    /** By which Redis knows it once loaded, lower-case hex. */
    public String sha1() {
        return new String(sha1, StandardCharsets.US_ASCII);
    }

    /** Writes the words of a command that runs it, up to the number of keys: by its name, or {@code whole}. */
    void encode(boolean whole, ByteBuf out) {
        RespBytes.bulk(whole ? EVAL : EVALSHA, out);
        RespBytes.bulk(whole ? text : sha1, out);
    }

    private static byte[] digest(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
