package io.redisroles.cli.screen;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TextTableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(new TextTable("NAME", "READY")
                        .row("compliance", "True")
                        .row("a", "")
                        .lines())
                .containsExactly("NAME         READY", "compliance   True", "a");
    }
}
