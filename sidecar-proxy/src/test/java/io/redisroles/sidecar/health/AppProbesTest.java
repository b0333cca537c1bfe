package io.redisroles.sidecar.health;

import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.redisroles.contract.AppProbe;
import io.redisroles.sidecar.TestApp;
import io.redisroles.sidecar.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class AppProbesTest {
    private static final String KEY = "app/liveness";

    private final TestApp app = new TestApp();
    private final EventLoopGroup loops = Transport.here().loops(1);
    private final AppProbes probes = new AppProbes(
            loops, Map.of(KEY, new AppProbe.HttpGet(app.port(), "/app/204", List.of(), Duration.ofSeconds(30))));

    @AfterEach
    void stop() {
        var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        app.close();
    }

    @Test
    void whoAsksWhileTheAppIsAskedGetsTheSameOutcome() throws Exception {
        // When
        CompletionStage<ProbeOutcome> first = ask();
        CompletionStage<ProbeOutcome> second = ask();

        // Then
        assertThat(second.toCompletableFuture().get())
                .isEqualTo(first.toCompletableFuture().get());
        assertThat(app.heads()).hasSize(1);
    }

    @Test
    void whoAsksAfterAnOutcomeIsKnownGetsANewOne() throws Exception {
        // When
        ask().thenCompose(known -> ask()).toCompletableFuture().get();

        // Then
        assertThat(app.heads()).hasSize(2);
    }

    private CompletionStage<ProbeOutcome> ask() {
        return probes.ask(KEY, new DefaultHttpHeaders()).orElseThrow();
    }
}
