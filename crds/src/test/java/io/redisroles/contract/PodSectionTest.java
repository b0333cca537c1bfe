package io.redisroles.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class PodSectionTest {
    private static final PodSection POD = new PodSection(
            List.of(new PodSection.Inbound(15001, 8080), new PodSection.Inbound(15002, 9090)),
            Map.of(
                    "app/liveness",
                    new AppProbe.HttpGet(
                            8080, "/healthz?full=1", List.of(new AppProbe.Header("Host", "a")), Duration.ofSeconds(1)),
                    "app/startup",
                    new AppProbe.TcpSocket(8080, Duration.ofSeconds(2)),
                    "grpc/readiness",
                    new AppProbe.Grpc(9090, "", Duration.ofSeconds(3))));

    private final SidecarConfigCodec codec = new SidecarConfigCodec();

    @Test
    void whatIsWrittenIsOneLineAndReadAgain() {
        // When
        String text = codec.writePod(POD);

        // Then
        assertThat(text).doesNotContain("\n").contains("\"timeout\":\"2s\"");
        assertThat(codec.readPod(text)).isEqualTo(POD);
    }

    @Test
    void anUnknownFieldIsNamed() {
        assertThatThrownBy(() -> codec.readPod("{inbound: [{listen: 15001, app: 8080}], probes: {}, ports: []}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("REDISROLES_POD")
                .hasMessageContaining("ports");
    }

    @Test
    void aPortThatIsThereTwiceIsRefused() {
        assertThatThrownBy(() -> codec.readPod(
                        "{inbound: [{listen: 15001, app: 8080}, {listen: 15002, app: 8080}], probes: {}}"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("twice");
    }
}
