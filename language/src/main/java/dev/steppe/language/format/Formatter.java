package dev.steppe.language.format;

import dev.steppe.language.hcl.Layout;
import dev.steppe.language.hcl.Layout.Kind;
import dev.steppe.language.hcl.Layout.Piece;
import dev.steppe.language.source.DiagnosticException;
import dev.steppe.language.source.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/**
 * Lays HCL files out: two blanks per level, one blank around operators, equals signs and comments of neighbouring lines
 * below each other. Only blanks change; what is laid out already stays as it is.
 */
public final class Formatter {
    private final List<Line> lines = new ArrayList<>();

    private Formatter() {}

    /** A line: what stands before the sign of an attribute on a line of its own, from the sign on, and the comment. */
    private static final class Line {
        private final List<Piece> all = new ArrayList<>();
        private int indent;
        private String lead = "";
        private String assigned = "";
        private String comment = "";

        boolean isBlank() {
            return all.isEmpty();
        }

        boolean isManyLines() {
            return all.stream().anyMatch(piece -> piece.text().contains("\n"));
        }
    }

    /** The file, laid out; a file with mistakes is refused. */
    public static String format(Source source) throws DiagnosticException {
        var formatter = new Formatter();
        formatter.split(Layout.of(source));
        formatter.indent();
        formatter.lines.forEach(Formatter::cells);
        formatter.align();
        return formatter.text();
    }

    private void split(List<Piece> pieces) {
        var line = new Line();
        for (Piece piece : pieces) {
            if (piece.kind() == Kind.NEWLINE) {
                lines.add(line);
                line = new Line();
            } else {
                line.all.add(piece);
            }
        }
        if (!line.isBlank()) {
            lines.add(line);
        }
        while (!lines.isEmpty() && lines.getLast().isBlank()) {
            lines.removeLast();
        }
    }

    private static int brackets(List<Piece> pieces) {
        int open = 0;
        for (Piece piece : pieces) {
            switch (piece.kind()) {
                case OPEN_BRACE, OPEN_BRACKET, OPEN_PARENTHESIS -> open++;
                case CLOSE_BRACE, CLOSE_BRACKET, CLOSE_PARENTHESIS -> open--;
                default -> {}
            }
        }
        return open;
    }

    /** A line that opens brackets, however many, is one level; it ends where as many are closed again. */
    private void indent() {
        Deque<Integer> levels = new ArrayDeque<>();
        for (Line line : lines) {
            int net = brackets(line.all);
            int closed = -net;
            while (closed > 0 && !levels.isEmpty()) {
                int open = levels.pop();
                if (open > closed) {
                    levels.push(open - closed);
                }
                closed -= open;
            }
            line.indent = 2 * levels.size();
            if (net > 0) {
                levels.push(net);
            }
        }
    }

    private static void cells(Line line) {
        List<Piece> pieces = new ArrayList<>(line.all);
        if (pieces.size() > 1 && pieces.getLast().kind() == Kind.COMMENT) {
            line.comment = pieces.removeLast().text();
        }
        boolean attribute = pieces.size() > 2
                && pieces.get(1).kind() == Kind.ASSIGN
                && brackets(pieces.subList(2, pieces.size())) == 0
                && pieces.stream().filter(piece -> piece.kind() == Kind.ASSIGN).count() == 1;
        if (attribute) {
            line.lead = pieces.getFirst().text();
            line.assigned = joined(pieces.subList(1, pieces.size()));
        } else {
            line.lead = joined(pieces);
        }
    }

    private static String joined(List<Piece> pieces) {
        var text = new StringBuilder();
        for (int i = 0; i < pieces.size(); i++) {
            if (i > 0 && isBlankBetween(pieces, i)) {
                text.append(' ');
            }
            text.append(pieces.get(i).text());
        }
        return text.toString();
    }

    private static boolean isBlankBetween(List<Piece> pieces, int index) {
        Kind before = pieces.get(index - 1).kind();
        Kind after = pieces.get(index).kind();
        if (before == Kind.COMMENT || after == Kind.COMMENT) {
            return true;
        }
        return switch (after) {
            case COMMA, DOT, ELLIPSIS, CLOSE_PARENTHESIS, CLOSE_BRACKET -> false;
            case CLOSE_BRACE -> before != Kind.OPEN_BRACE;
            case OPEN_PARENTHESIS -> before != Kind.WORD && isBlankAfter(pieces, index - 1);
            case OPEN_BRACKET -> !isValueEnd(before) && isBlankAfter(pieces, index - 1);
            default -> isBlankAfter(pieces, index - 1);
        };
    }

    private static boolean isBlankAfter(List<Piece> pieces, int index) {
        Piece piece = pieces.get(index);
        return switch (piece.kind()) {
            case OPEN_PARENTHESIS, OPEN_BRACKET, DOT, NOT -> false;
            case OPERATOR -> !isSign(pieces, index) && !isStep(pieces, index);
            default -> true;
        };
    }

    /** A minus before a value, not between two. */
    private static boolean isSign(List<Piece> pieces, int index) {
        return pieces.get(index).text().equals("-")
                && (index == 0 || !isValueEnd(pieces.get(index - 1).kind()));
    }

    /** The star of a splat. */
    private static boolean isStep(List<Piece> pieces, int index) {
        return pieces.get(index).text().equals("*")
                && index > 0
                && (pieces.get(index - 1).kind() == Kind.DOT
                        || pieces.get(index - 1).kind() == Kind.OPEN_BRACKET);
    }

    private static boolean isValueEnd(Kind kind) {
        return switch (kind) {
            case WORD, TEXT, CLOSE_BRACKET, CLOSE_PARENTHESIS, CLOSE_BRACE -> true;
            default -> false;
        };
    }

    private void align() {
        for (int start = 0; start < lines.size(); start++) {
            int end = start;
            while (end < lines.size() && !lines.get(end).assigned.isEmpty()) {
                end++;
                if (lines.get(end - 1).isManyLines()) {
                    break;
                }
            }
            pad(lines.subList(start, end));
            start = Math.max(start, end - 1);
        }
        for (int start = 0; start < lines.size(); start++) {
            int end = start;
            while (end < lines.size() && !lines.get(end).comment.isEmpty()) {
                end++;
            }
            alignComments(lines.subList(start, end));
            start = Math.max(start, end - 1);
        }
    }

    private static int width(String text) {
        int line = text.lastIndexOf('\n') + 1;
        return text.codePointCount(line, text.length());
    }

    private static void pad(List<Line> attributes) {
        int widest =
                attributes.stream().mapToInt(line -> width(line.lead)).max().orElse(0);
        for (Line line : attributes) {
            line.lead = line.lead + " ".repeat(widest - width(line.lead) + 1) + line.assigned;
        }
    }

    private static void alignComments(List<Line> commented) {
        int widest = commented.stream()
                .mapToInt(line -> line.indent + width(line.lead))
                .max()
                .orElse(0);
        for (Line line : commented) {
            line.lead = line.lead + " ".repeat(widest - line.indent - width(line.lead) + 1) + line.comment;
        }
    }

    private String text() {
        var text = new StringBuilder();
        for (Line line : lines) {
            if (!line.isBlank()) {
                text.append(String.join("", Collections.nCopies(line.indent, " ")))
                        .append(line.lead);
            }
            text.append('\n');
        }
        return text.toString();
    }
}
