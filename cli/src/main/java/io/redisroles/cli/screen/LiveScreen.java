package io.redisroles.cli.screen;

import java.io.PrintStream;
import java.util.List;

/**
 * Text that scrolls, above a block that is redrawn in place where the output is a terminal. Elsewhere the block is printed when
 * asked for and never rewritten. One thread.
 */
public final class LiveScreen {
    private final PrintStream out;
    private final int columns;
    private List<String> block = List.of();

    /**
     * A screen.
     *
     * @param columns of the terminal; 0 if the output is none
     */
    public LiveScreen(PrintStream out, int columns) {
        this.out = out;
        this.columns = columns;
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
        if (isTerminal() && !lines.equals(block)) {
            show(lines);
        }
    }

    private void erase() {
        if (isTerminal() && !block.isEmpty()) {
            out.printf("\033[%dA\033[J", rows());
        }
    }

    private void draw() {
        if (isTerminal()) {
            block.forEach(out::println);
        }
        out.flush();
    }

    private boolean isTerminal() {
        return columns > 0;
    }

    /** The rows that the block takes on the terminal, which breaks long lines. */
    private int rows() {
        return block.stream()
                .mapToInt(line -> Math.max(1, (line.length() + columns - 1) / columns))
                .sum();
    }
}
