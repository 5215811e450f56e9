package dev.steppe.language.source;

/** A stretch of a source, from the character at {@code start} up to, not including, the one at {@code end}. */
public record SourceRange(Source source, int start, int end) {

    public SourceRange {
        if (start < 0 || end < start || end > source.text().length()) {
            throw new IllegalArgumentException("not a range of " + source.name() + ": " + start + " to " + end);
        }
    }

    /** A range for values that no text stands behind. */
    public static SourceRange nowhere() {
        return new SourceRange(new Source("", ""), 0, 0);
    }

    public int line() {
        return source.line(start);
    }

    public int column() {
        return source.column(start);
    }

    public int endLine() {
        return source.line(end);
    }

    public int endColumn() {
        return source.column(end);
    }

    public int startByte() {
        return source.byteOffset(start);
    }

    public int endByte() {
        return source.byteOffset(end);
    }

    public String text() {
        return source.text().substring(start, end);
    }

    /** From the start of this one to the end of the other. */
    public SourceRange to(SourceRange last) {
        return new SourceRange(source, start, Math.max(end, last.end));
    }

    /** {@code file:line,column}, as compilers write it. */
    @Override
    public String toString() {
        return source.name() + ":" + line() + "," + column();
    }
}
