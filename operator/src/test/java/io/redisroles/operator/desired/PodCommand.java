package io.redisroles.operator.desired;

import io.redisroles.redisprocess.RedisBinary;
import io.redisroles.redisprocess.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the command of a role's container on this machine: the same script, with a redis-server and a redis-check-aof of one binary. */
public final class PodCommand {
    private static final String CONF = RedisWorkload.CONFIG_DIRECTORY + "/" + RedisConfigMap.KEY;

    private PodCommand() {}

    /**
     * Starts it.
     *
     * @param server what is run as redis-server
     * @param binary what is run as redis-check-aof
     * @param command of the container
     * @param home the volume: its working directory
     * @param conf stands for the mounted redis.conf
     * @param overrides {@code --directive value} pairs of this machine
     */
    public static RedisProcess start(
            Path server,
            RedisBinary binary,
            List<String> command,
            Path home,
            Path conf,
            List<String> overrides,
            Path log)
            throws IOException {
        Path tools = Files.createDirectories(conf.resolveSibling("tools"));
        link(tools.resolve("redis-server"), server);
        link(tools.resolve("redis-check-aof"), binary.path());
        List<String> arguments = new ArrayList<>();
        for (String word : command.subList(1, command.size())) {
            arguments.add(
                    word.contains("exec redis-server")
                            ? "cd '" + home + "' && PATH='" + tools + "':\"$PATH\"\n" + word
                            : word.replace(CONF, conf.toString()));
        }
        arguments.addAll(overrides);
        RedisBinary shell = new RedisBinary(Path.of("/bin/sh"), binary.version(), binary.origin());
        return RedisProcess.start(shell, arguments, log);
    }

    private static void link(Path name, Path target) throws IOException {
        Files.deleteIfExists(name);
        Files.createSymbolicLink(name, target.toAbsolutePath().toRealPath());
    }
}
