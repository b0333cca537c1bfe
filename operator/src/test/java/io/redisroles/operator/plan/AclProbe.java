package io.redisroles.operator.plan;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;

/** Asks a real Redis what it thinks of ACL rules. */
final class AclProbe {
    private AclProbe() {}

    /** {@code ACL SETUSER probe} with the rules as they stand in an ACL file; the answer or the error. */
    static String setUser(StatefulRedisConnection<String, String> connection, List<String> rules) {
        CommandArgs<String, String> arguments =
                new CommandArgs<>(StringCodec.UTF8).add("SETUSER").add("probe").add("reset");
        rules.forEach(arguments::add);
        try {
            return connection.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), arguments);
        } catch (RedisCommandExecutionException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
