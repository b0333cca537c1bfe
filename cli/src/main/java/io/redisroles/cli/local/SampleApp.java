package io.redisroles.cli.local;

import io.redisroles.cli.CliException;
import io.redisroles.contract.Endpoint;
import io.redisroles.operator.desired.RedisBinding;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sample app behind the sidecar. It finds its binding as files, by the Service Binding Specification. One thread. */
final class SampleApp implements AutoCloseable {
    private final InstanceDirectory directory;
    private final Endpoint address = new Endpoint(Ports.HOST, Ports.free());
    private final Backoff backoff = new Backoff();
    private final JavaProgram program = JavaProgram.sampleApp();
    private Optional<ManagedProcess> process = Optional.empty();

    SampleApp(InstanceDirectory directory) {
        this.directory = directory;
    }

    Endpoint address() {
        return address;
    }

    /** Writes the binding; a running app reads it at its next connection. */
    void bind(RedisBinding binding) {
        binding.files().forEach((name, value) -> directory.write("app/bindings/redis/" + name, value));
    }

    void tick(Instant now) {
        if (process.isPresent() && !process.get().isAlive()) {
            process = Optional.empty();
            backoff.ended(now);
        }
        if (process.isEmpty() && backoff.allows(now)) {
            process = Optional.of(start());
            backoff.started(now);
        }
    }

    Optional<Long> pid() {
        return process.map(ManagedProcess::pid);
    }

    @Override
    public void close() {
        process.ifPresent(ManagedProcess::close);
        process = Optional.empty();
    }

    private ManagedProcess start() {
        try {
            return ManagedProcess.start(
                    program.command(List.of("--port", String.valueOf(address.port()))),
                    Map.of(
                            "SERVICE_BINDING_ROOT",
                            directory.path("app/bindings").toString()),
                    directory.path("app/app.log"));
        } catch (IOException e) {
            throw new CliException("the sample app cannot be started: " + e.getMessage(), e);
        }
    }
}
