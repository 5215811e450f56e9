package dev.steppe.language.source;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A named text (usually a file) that was read once. Immutable; two sources are the same only if they are one object. */
public final class Source {
    private final String name;
    private final String text;
    private final int[] lineStarts;

    public Source(String name, String text) {
        this.name = name;
        this.text = text;
        this.lineStarts = lineStarts(text);
    }

    private static int[] lineStarts(String text) {
        int[] starts = new int[16];
        int count = 1;
        for (int newline = text.indexOf('\n'); newline >= 0; newline = text.indexOf('\n', newline + 1)) {
            if (count == starts.length) {
                starts = Arrays.copyOf(starts, count * 2);
            }
            starts[count++] = newline + 1;
        }
        return Arrays.copyOf(starts, count);
    }

    public String name() {
        return name;
    }

    public String text() {
        return text;
    }

    /** The line, from 1, that holds the character at this offset. */
    public int line(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /** The column, from 1, of the character at this offset; a character outside the basic plane counts once. */
    public int column(int offset) {
        int start = lineStarts[line(offset) - 1];
        return text.codePointCount(start, Math.min(offset, text.length())) + 1;
    }

    /** The offset in UTF-8 bytes of the character at this offset. */
    public int byteOffset(int offset) {
        return text.substring(0, Math.min(offset, text.length())).getBytes(StandardCharsets.UTF_8).length;
    }

    /** The text of a line, from 1, without its line end. */
    public String lineText(int line) {
        int start = lineStarts[line - 1];
        int end = line < lineStarts.length ? lineStarts[line] - 1 : text.length();
        if (end > start && text.charAt(end - 1) == '\r') {
            end--;
        }
        return text.substring(start, end);
    }

    public SourceRange range(int start, int end) {
        return new SourceRange(this, start, end);
    }

    @Override
    public String toString() {
        return name;
    }
}
