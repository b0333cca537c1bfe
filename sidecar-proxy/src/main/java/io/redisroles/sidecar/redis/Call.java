package io.redisroles.sidecar.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way to Redis and back, written straight into Lettuce's pipeline, which matches it with its reply. Its
 * {@link Reply} is told once; what comes later is discarded. Confined to its connection's event loop.
 */
final class Call implements RedisCommand<byte[], byte[], List<Object>> {
    private static final byte[][] NOTHING = {};

    private final @Nullable Script script;
    private final byte[][] keys;
    private final byte[][] words;
    private final boolean text;
    private final boolean word;
    private final Reply reply;

    private CommandOutput<byte[], byte[], List<Object>> output;
    private @Nullable Pipeline pipeline;
    private long sentAt;
    private boolean wholeScript;
    /** The reply was read, or never will be. */
    private boolean finished;
    /** Who asked has been told. */
    private boolean told;

    private Call(@Nullable Script script, byte[][] keys, byte[][] words, boolean text, boolean word, Reply reply) {
        this.script = script;
        this.keys = keys;
        this.words = words;
        this.text = text;
        this.word = word;
        this.reply = reply;
        this.output = new ReplyOutput(text);
    }

    /** A script's run; bulk strings of its reply become {@code text}s or stay as they are. */
    static Call script(Script script, byte[][] keys, byte[][] arguments, boolean text, Reply reply) {
        return new Call(script, keys, arguments, text, false, reply);
    }

    /** Any command; bulk strings of its reply become texts. */
    static Call command(Reply reply, byte[]... words) {
        return new Call(null, NOTHING, words, true, false, reply);
    }

    /** A command that only shows whether and how fast Redis answers. */
    static Call word(Reply reply, byte[]... words) {
        return new Call(null, NOTHING, words, true, true, reply);
    }

    /** Whether it is made for no request. */
    boolean isWord() {
        return word;
    }

    /** {@code writer} is about to write it, at {@code nanos} by {@link System#nanoTime}. */
    void sending(Pipeline writer, long nanos) {
        pipeline = writer;
        sentAt = nanos;
    }

    /** By {@link System#nanoTime}. */
    long sentAt() {
        return sentAt;
    }

    /** Makes it a run of the script's text, for a Redis that does not know its name; false if it is or nobody waits. */
    boolean sendWhole() {
        if (script == null || wholeScript || told) {
            return false;
        }
        wholeScript = true;
        finished = false;
        output = new ReplyOutput(text);
        return true;
    }

    boolean isTold() {
        return told;
    }

    void answer(List<Object> values) {
        if (!told) {
            told = true;
            reply.answered(values);
        }
    }

    void fail(FailureReason reason) {
        if (!told) {
            told = true;
            reply.failed(new StoreUnavailableException(reason));
        }
    }

    /** What the error reply says, or null: it is none. */
    @Nullable
    FailureReason error() {
        return output.hasError() ? FailureReason.ofReply(output.getError()) : null;
    }

    List<Object> values() {
        return output.get();
    }

    /** Lettuce has read the reply. */
    @Override
    public void complete() {
        Pipeline current = pipeline;
        if (!finished && current != null) {
            finished = true;
            current.replied(this);
        }
    }

    /** Lettuce has found out that there will be no reply. */
    @Override
    public boolean completeExceptionally(Throwable failure) {
        if (finished) {
            return false;
        }
        finished = true;
        fail(FailureReason.REFUSED);
        return true;
    }

    @Override
    public void cancel() {
        boolean unused = completeExceptionally(new StoreUnavailableException(FailureReason.REFUSED));
    }

    @Override
    public void encode(ByteBuf out) {
        if (script == null) {
            RespBytes.array(words.length, out);
        } else {
            RespBytes.array(3 + keys.length + words.length, out);
            script.encode(wholeScript, out);
            RespBytes.bulk(keys.length, out);
            for (byte[] key : keys) {
                RespBytes.bulk(key, out);
            }
        }
        for (byte[] word : words) {
            RespBytes.bulk(word, out);
        }
    }

    @Override
    public CommandOutput<byte[], byte[], List<Object>> getOutput() {
        return output;
    }

    @Override
    public void setOutput(CommandOutput<byte[], byte[], List<Object>> replacement) {
        output = replacement;
    }

    @Override
    public CommandArgs<byte[], byte[]> getArgs() {
        return new CommandArgs<>(ByteArrayCodec.INSTANCE);
    }

    @Override
    public ProtocolKeyword getType() {
        return CommandType.EVALSHA;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public boolean isDone() {
        return finished;
    }

    /** Its name, and nothing of what it carries. */
    @Override
    public String toString() {
        return script == null ? "command" : script.name();
    }
}
