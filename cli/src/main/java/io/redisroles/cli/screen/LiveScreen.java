package io.redisroles.cli.screen;

import java.io.PrintStream;
import java.util.List;

/**
 * Text that scrolls, above a block that is redrawn in place where the output is a terminal. Elsewhere the block is printed when
 * asked for and never rewritten. One thread.
 */
public final class LiveScreen {
    private final PrintStream out;
    private final boolean terminal;
    private List<String> block = List.of();

    public LiveScreen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Prints a line above the block. */
    public void line(String text) {
        erase();
        out.println(text);
        draw();
    }

    /** Shows the block for the first time. */
    public void show(List<String> lines) {
        erase();
        block = List.copyOf(lines);
        block.forEach(out::println);
        out.flush();
    }

    /** Redraws the block if it changed and can be redrawn. */
    public void update(List<String> lines) {
        if (terminal && !lines.equals(block)) {
            show(lines);
        }
    }

    private void erase() {
        if (terminal && !block.isEmpty()) {
            out.printf("\033[%dA\033[J", block.size());
        }
    }

    private void draw() {
        if (terminal) {
            block.forEach(out::println);
        }
        out.flush();
    }
}
