package dev.steppe.api.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Indents a compact JSON document with four spaces, byte by byte, so that numbers and texts stay as they are. */
final class JsonLayout {
    private static final byte[] INDENT = "    ".getBytes(StandardCharsets.UTF_8);

    private final byte[] source;
    private final ByteArrayOutputStream target;
    private int depth;

    private JsonLayout(byte[] source) {
        this.source = source;
        this.target = new ByteArrayOutputStream(source.length * 2);
    }

    /** The same document, indented, with a line break at its end. */
    static Bytes indent(Bytes compact) {
        var layout = new JsonLayout(compact.array());
        layout.run();
        layout.target.write('\n');
        return Bytes.wrap(layout.target.toByteArray());
    }

    private void run() {
        for (int i = 0; i < source.length; i++) {
            byte c = source[i];
            switch (c) {
                case '"' -> i = copyText(i);
                case '{', '[' -> i = open(i);
                case '}', ']' -> close(c);
                case ',' -> {
                    target.write(c);
                    newLine();
                }
                case ':' -> {
                    target.write(c);
                    target.write(' ');
                }
                case ' ', '\n', '\r', '\t' -> {}
                default -> target.write(c);
            }
        }
    }

    /** Returns the position of the closing quote. */
    private int copyText(int start) {
        int end = start + 1;
        while (end < source.length && source[end] != '"') {
            end += source[end] == '\\' ? 2 : 1;
        }
        int last = Math.min(end, source.length - 1);
        target.write(source, start, last - start + 1);
        return last;
    }

    /** Empty objects and arrays stay on one line. */
    private int open(int at) {
        target.write(source[at]);
        int next = at + 1;
        while (next < source.length && source[next] <= ' ') {
            next++;
        }
        if (next < source.length && (source[next] == '}' || source[next] == ']')) {
            target.write(source[next]);
            return next;
        }
        depth++;
        newLine();
        return next - 1;
    }

    private void close(byte c) {
        depth--;
        newLine();
        target.write(c);
    }

    private void newLine() {
        target.write('\n');
        for (int i = 0; i < depth; i++) {
            target.writeBytes(INDENT);
        }
    }
}
