package io.redisroles.cli.screen;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as their widest cell, three spaces apart, as kubectl prints them. */
public final class TextTable {
    private static final int GAP = 3;

    private final List<List<String>> rows = new ArrayList<>();

    public TextTable(String... header) {
        rows.add(List.of(header));
    }

    public TextTable row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** One line for each row, header first. */
    public List<String> lines() {
        return rows.stream().map(this::line).toList();
    }

    private String line(List<String> row) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            line.append(row.get(column))
                    .append(" ".repeat(width(column) - row.get(column).length() + GAP));
        }
        return line.toString().stripTrailing();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
