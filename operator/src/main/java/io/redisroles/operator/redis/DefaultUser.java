package io.redisroles.operator.redis;

import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.redisroles.operator.plan.AclUser;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Redis' default user. It is off in the ACL file and is opened, where a consumer needs it, only on a server that has loaded its
 * data: the append-only file is replayed with the default user's rights.
 */
final class DefaultUser {
    private DefaultUser() {}

    /**
     * Opens the default user if it should be and is not.
     *
     * @param wished what it is given; empty if it stays off
     * @return whether it is on exactly if it should be
     */
    static CompletionStage<Boolean> ensure(RedisAsyncCommands<String, String> redis, List<String> wished) {
        return redis.aclGetuser(AclUser.DEFAULT).thenCompose(user -> {
            boolean off = AclUserAnswer.list(user, "flags").contains("off");
            return wished.isEmpty() || !off
                    ? CompletableFuture.completedFuture(off == wished.isEmpty())
                    : open(redis, wished);
        });
    }

    private static CompletionStage<Boolean> open(RedisAsyncCommands<String, String> redis, List<String> wished) {
        CommandArgs<String, String> arguments =
                new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add(AclUser.DEFAULT);
        wished.forEach(arguments::add);
        return redis.dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments)
                .thenApply("OK"::equals);
    }
}
