package dev.steppe.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, two spaces between columns, {@code <none>} where a cell is empty. One thread. */
public final class Table {
    static final String EMPTY = "<none>";

    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        rows.add(List.of(headings));
    }

    public Table(List<String> headings) {
        rows.add(List.copyOf(headings));
    }

    public Table row(String... cells) {
        return row(List.of(cells));
    }

    public Table row(List<String> cells) {
        if (cells.size() != rows.getFirst().size()) {
            throw new IllegalArgumentException("a row of " + cells.size() + " cells under "
                    + rows.getFirst().size() + " headings");
        }
        rows.add(List.copyOf(cells));
        return this;
    }

    /** True while there are only headings. */
    public boolean isEmpty() {
        return rows.size() == 1;
    }

    /** The lines of the table, without a line end after the last. */
    public String render() {
        var widths = widths();
        var built = new StringBuilder();
        for (var row : rows) {
            if (!built.isEmpty()) {
                built.append('\n');
            }
            for (var i = 0; i < row.size(); i++) {
                var cell = shown(row.get(i));
                built.append(cell);
                if (i < row.size() - 1) {
                    built.append(" ".repeat(widths[i] - width(cell) + 2));
                }
            }
        }
        return built.toString();
    }

    private int[] widths() {
        var widths = new int[rows.getFirst().size()];
        for (var row : rows) {
            for (var i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(shown(row.get(i))));
            }
        }
        return widths;
    }

    static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static String shown(String cell) {
        return cell.isEmpty() ? EMPTY : cell.replace('\n', ' ');
    }
}
