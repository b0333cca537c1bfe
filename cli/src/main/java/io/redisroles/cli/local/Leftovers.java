package io.redisroles.cli.local;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * The processes of an instance, written down so that the next instance with the same ports can end what one that was killed
 * left running. A process is known by its id and the time it was started, because ids are used again.
 */
final class Leftovers {
    private static final String FILE = "processes";
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final InstanceDirectory directory;
    private String written = "";

    Leftovers(InstanceDirectory directory) {
        this.directory = directory;
    }

    /** Writes down what runs now. */
    void remember(List<Long> pids) {
        String next = pids.stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .map(Leftovers::line)
                .collect(Collectors.joining("\n"));
        if (!next.equals(written)) {
            directory.write(FILE, next);
            written = next;
        }
    }

    /** Ends what was written down and still runs; returns when it is gone, after 5 s at the latest. */
    void end() {
        List<String> lines = directory.read(FILE).orElse("").lines().toList();
        lines.forEach(line -> running(line).ifPresent(ProcessHandle::destroyForcibly));
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (lines.stream().anyMatch(line -> running(line).isPresent()) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    private static Optional<ProcessHandle> running(String line) {
        long pid = Long.parseLong(line.substring(0, line.indexOf(' ')));
        return ProcessHandle.of(pid)
                .filter(InstanceDirectory::isRunning)
                .filter(process -> line(process).equals(line));
    }

    private static String line(ProcessHandle process) {
        return process.pid() + " "
                + process.info().startInstant().map(Object::toString).orElse("");
    }
}
