package io.redisroles.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/** The command {@code redisrole}. Exit codes: 0 done, 1 a promise did not hold, 2 the request cannot be done. */
@CommandLine.Command(
        name = "redisrole",
        description = "One Redis per role, rate limits and sessions enforced in front of unchanged apps.",
        mixinStandardHelpOptions = true,
        version = "redisrole 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            UpCommand.class,
            DemoCommand.class,
            GetCommand.class,
            BindingCommand.class,
            RenderCommand.class,
            CommandLine.HelpCommand.class
        })
public final class Main {
    /** Held, because a logger that nobody holds forgets its level. What a client of Redis notes is not for users. */
    private static final List<Logger> LIBRARIES = List.of(Logger.getLogger("io.lettuce"), Logger.getLogger("io.netty"));

    private Main() {}

    public static void main(String[] arguments) {
        LIBRARIES.forEach(library -> library.setLevel(Level.WARNING));
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Main());
        command.setExecutionExceptionHandler((failure, line, parsed) -> {
            if (failure instanceof CliException) {
                line.getErr().println("redisrole: " + failure.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            throw failure;
        });
        command.setParameterExceptionHandler((failure, arguments) -> {
            PrintWriter err = failure.getCommandLine().getErr();
            err.println("redisrole: " + failure.getMessage());
            err.println("Try '" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
            return CommandLine.ExitCode.USAGE;
        });
        return command;
    }
}
