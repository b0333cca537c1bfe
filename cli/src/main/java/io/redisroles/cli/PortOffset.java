package io.redisroles.cli;

import io.redisroles.cli.local.Ports;
import picocli.CommandLine;

/** The option that tells instances on one machine apart. */
final class PortOffset {
    @CommandLine.Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Added to every port, so that instances can run beside each other (default: 0).")
    private int offset;

    Ports ports() {
        return new Ports(offset);
    }
}
