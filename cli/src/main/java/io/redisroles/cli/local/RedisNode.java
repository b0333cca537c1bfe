package io.redisroles.cli.local;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.redisroles.cli.CliException;
import io.redisroles.operator.desired.Labels;
import io.redisroles.operator.desired.ProbeQuestion;
import io.redisroles.redisprocess.RedisBinary;
import io.redisroles.redisprocess.RedisProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Plays the kubelet for one role: writes the files that its pod mounts, runs its container's process, asks its probes, and
 * restarts it when it ends or when its restart hash changes. One thread.
 */
final class RedisNode implements AutoCloseable {
    private final String name;
    private final InstanceDirectory directory;
    private final RedisBinary binary;
    private final Path data;
    private final int port;
    private final Backoff backoff = new Backoff();
    private Optional<RedisProcess> process = Optional.empty();
    private String runningHash = "";
    private String desiredHash = "";
    private String containerLimit = "";
    private String lastWords = "";
    private boolean ready;

    /**
     * @param name of the folder with the mounted files, below {@code directory}
     * @param data where the append-only file is kept
     * @param port on loopback
     */
    RedisNode(String name, InstanceDirectory directory, RedisBinary binary, Path data, int port) {
        this.name = name;
        this.directory = directory;
        this.binary = binary;
        this.data = data;
        this.port = port;
    }

    /** Takes over the desired objects: files at once, the process at the next {@link #tick}. */
    void apply(List<HasMetadata> desired) {
        for (HasMetadata object : desired) {
            if (object instanceof ConfigMap config && config.getData().containsKey("redis.conf")) {
                directory.write(name + "/conf/redis.conf", config.getData().get("redis.conf"));
            } else if (object instanceof Secret secret && secret.getData().containsKey("users.acl")) {
                directory.write(
                        name + "/acl/users.acl", decoded(secret.getData().get("users.acl")));
            } else if (object instanceof StatefulSet set) {
                desiredHash = set.getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getAnnotations()
                        .getOrDefault(Labels.RESTART_HASH, "");
                containerLimit = memoryLimit(set);
            }
        }
    }

    private static String memoryLimit(StatefulSet set) {
        Container container =
                set.getSpec().getTemplate().getSpec().getContainers().get(0);
        return Optional.ofNullable(container.getResources().getLimits().get("memory"))
                .map(Quantity::toString)
                .orElse("");
    }

    /** Starts, restarts and probes as needed. */
    void tick(Instant now) {
        if (process.isPresent() && !process.get().isAlive()) {
            process = Optional.empty();
            ready = false;
            lastWords = lastLogLine();
            backoff.ended(now);
        }
        if (process.isPresent() && !runningHash.equals(desiredHash)) {
            close();
        }
        if (process.isEmpty() && backoff.allows(now)) {
            process = Optional.of(start());
            backoff.started(now);
            runningHash = desiredHash;
        }
        ready = process.isPresent() && PingProbe.ask(ProbeQuestion.READINESS, port);
    }

    /** Whether the process of the desired revision answers its readiness probe. */
    boolean isReady() {
        return ready && runningHash.equals(desiredHash);
    }

    boolean isRestarting() {
        return !runningHash.isEmpty() && (process.isEmpty() || !runningHash.equals(desiredHash));
    }

    int port() {
        return port;
    }

    /** What Redis logged last before it ended by itself; empty if it never has. */
    String lastWords() {
        return lastWords;
    }

    String containerLimit() {
        return containerLimit;
    }

    Optional<Long> pid() {
        return process.map(RedisProcess::pid);
    }

    /** Ends it as a crash would; the next tick starts it again. */
    void kill() {
        process.ifPresent(RedisProcess::kill);
    }

    @Override
    public void close() {
        process.ifPresent(RedisProcess::close);
        process = Optional.empty();
        ready = false;
    }

    /** The rendered configuration, with only port, address, folder and ACL file of this machine instead of the container's. */
    private RedisProcess start() {
        try {
            Files.createDirectories(data);
            return RedisProcess.start(
                    binary,
                    List.of(
                            directory.path(name + "/conf/redis.conf").toString(),
                            "--port",
                            String.valueOf(port),
                            "--bind",
                            Ports.HOST,
                            "--dir",
                            data.toString(),
                            "--aclfile",
                            directory.path(name + "/acl/users.acl").toString()),
                    directory.path(name + "/redis.log"));
        } catch (IOException e) {
            throw new CliException("Redis of " + name + " cannot be started: " + e.getMessage(), e);
        }
    }

    private String lastLogLine() {
        return directory
                .read(name + "/redis.log")
                .orElse("")
                .lines()
                .filter(line -> !line.isBlank())
                .reduce("", (before, line) -> line);
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
