package io.redisroles.cli;

import io.redisroles.cli.local.Published;
import java.util.Optional;
import picocli.CommandLine;

/** {@code redisrole binding}: how to log in to a role of a running {@code up}. */
@CommandLine.Command(
        name = "binding",
        mixinStandardHelpOptions = true,
        description = "Prints a binding as NAME=value lines, for eval.",
        footer = {"", "eval \"$(./redisrole binding gateway)\" && redis-cli -u \"$REDIS_URL\" PING"})
final class BindingCommand implements Runnable {
    @CommandLine.Parameters(index = "0", paramLabel = "ROLE", description = "The RedisRole's name.")
    private String role;

    @CommandLine.Parameters(
            index = "1",
            paramLabel = "CONSUMER",
            arity = "0..1",
            description = "One of its consumers (default: the operator's own user).")
    private Optional<String> consumer;

    @CommandLine.Mixin
    private PortOffset offset;

    @Override
    public void run() {
        Published.of(offset.ports())
                .binding(role, consumer)
                .forEach((name, value) -> System.out.println(name + "=" + value));
    }
}
