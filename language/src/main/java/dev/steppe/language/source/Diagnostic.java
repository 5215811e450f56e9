package dev.steppe.language.source;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Something wrong, or worth knowing, at a place in a source: {@code message} says what in one line, {@code detail} what
 * was expected or what to do (it may be empty).
 */
public record Diagnostic(Severity severity, String message, String detail, SourceRange range) {

    private static final int EXCERPT_WIDTH_MAX = 160;

    /** How bad it is. Only errors stop what was asked for. */
    public enum Severity {
        ERROR("Error"),
        WARNING("Warning");

        private final String word;

        Severity(String word) {
            this.word = word;
        }
    }

    public static Diagnostic error(SourceRange range, String message, String detail) {
        return new Diagnostic(Severity.ERROR, message, detail, range);
    }

    public static Diagnostic warning(SourceRange range, String message, String detail) {
        return new Diagnostic(Severity.WARNING, message, detail, range);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code file:line,column: message; detail}, for logs and for answers that hold one line. */
    public String summary() {
        return range + ": " + message + (detail.isEmpty() ? "" : "; " + detail);
    }

    /** All of them on one line, for where only one is shown. */
    public static String summary(List<Diagnostic> diagnostics) {
        return diagnostics.stream().map(Diagnostic::summary).collect(Collectors.joining("; "));
    }

    /** The message, the place, the line there with the place underlined, and the detail. Ends without a line end. */
    public String render() {
        int line = range.line();
        String margin = " ".repeat(String.valueOf(line).length());
        String text = range.source().lineText(line).replace('\t', ' ');
        int column = range.column();
        int from = Math.max(0, column - 1 - EXCERPT_WIDTH_MAX / 2);
        int to = Math.min(text.length(), from + EXCERPT_WIDTH_MAX);
        String excerpt = from < to ? text.substring(from, to) : "";
        int width = range.endLine() == line ? range.endColumn() - column : text.length() - column + 1;
        width = Math.clamp(width, 1, Math.max(1, to - column + 1));
        StringBuilder out = new StringBuilder();
        out.append(severity.word).append(": ").append(message).append('\n');
        out.append("  on ").append(range.source().name()).append(" line ").append(line);
        out.append(", column ").append(column).append(":\n");
        out.append("  ").append(line).append(" | ").append(excerpt).append('\n');
        out.append("  ")
                .append(margin)
                .append(" | ")
                .append(" ".repeat(column - 1 - from))
                .append("^".repeat(width));
        if (!detail.isEmpty()) {
            out.append("\n  ").append(detail);
        }
        return out.toString();
    }

    /** All of them rendered, an empty line between two. */
    public static String render(List<Diagnostic> diagnostics) {
        return diagnostics.stream().map(Diagnostic::render).collect(Collectors.joining("\n\n"));
    }
}
