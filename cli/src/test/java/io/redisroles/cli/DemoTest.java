package io.redisroles.cli;

import io.redisroles.cli.demo.Check;
import io.redisroles.cli.demo.Demo;
import io.redisroles.cli.demo.DemoFolder;
import io.redisroles.cli.demo.Report;
import io.redisroles.cli.local.LocalInstance;
import io.redisroles.cli.local.Ports;
import io.redisroles.operator.status.Transitions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The whole system with its real processes: what {@code redisrole demo} shows is what must hold. */
class DemoTest {
    private static final Path HOME = Path.of(System.getProperty("repository.root", "."));

    @Test
    @Timeout(240)
    void everyPromiseOfTheDemoHolds() {
        // Given
        for (String jar : List.of("sidecar-proxy/target/sidecar-proxy.jar", "samples/app/target/sample-app.jar")) {
            assumeTrue(Files.exists(HOME.resolve(jar)), jar + " is not built: run ./mvnw verify, not test");
        }
        System.setProperty("redisroles.home", HOME.toString());
        List<Check> broken = new ArrayList<>();

        // When
        Report report;
        try (DemoFolder folder = DemoFolder.copyOf(HOME.resolve("samples/caas"));
                LocalInstance instance = LocalInstance.start(
                        new LocalInstance.Settings(
                                folder.path(), new Ports(15000), Optional.empty(), Optional.empty(), Optional.empty()),
                        Clock.systemUTC(),
                        new Nobody())) {
            report = new Demo(false)
                    .play(
                            instance,
                            folder,
                            part -> part.checks().stream()
                                    .filter(check -> !check.held())
                                    .forEach(broken::add));
        }

        // Then
        assertThat(broken).isEmpty();
        assertThat(report.held()).isTrue();
        assertThat(report.promises()).isGreaterThan(50);
    }

    private static final class Nobody implements LocalInstance.Listener {
        @Override
        public void event(String object, Transitions.RoleEvent event) {}

        @Override
        public void note(String message) {}
    }
}
