package io.redisroles.cli.screen;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LiveScreenTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void onATerminalTheBlockIsRedrawnInPlaceHoweverItsLinesAreBroken() {
        // Given
        LiveScreen screen = new LiveScreen(out, 10);
        screen.show(List.of("short", "a line of twenty-six chars", ""));
        bytes.reset();

        // When
        screen.update(List.of("changed"));

        // Then: 1 + 3 + 1 rows up, everything below cleared
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\033[5A\033[Jchanged\n");
    }

    @Test
    void onATerminalWhatHappensIsToldAboveTheBlock() {
        // Given
        LiveScreen screen = new LiveScreen(out, 80);
        screen.show(List.of("block"));
        bytes.reset();

        // When
        screen.line("event");

        // Then
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("\033[1A\033[Jevent\nblock\n");
    }

    @Test
    void elsewhereNothingIsRewritten() {
        // Given
        LiveScreen screen = new LiveScreen(out, 0);
        screen.show(List.of("block"));

        // When
        screen.update(List.of("changed"));
        screen.line("event");

        // Then
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("block\nevent\n");
    }
}
