package io.redisroles.cli;

import picocli.CommandLine;

/** placeholder */
@CommandLine.Command(name = "demo")
final class DemoCommand implements Runnable {
    @Override
    public void run() {}
}
