package dev.steppe.language.template;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Texts between quotes, as Go writes and reads them. */
final class Quoting {
    private static final String NAMED = "\u0007\b\f\n\r\t\u000b\\\"'";
    private static final String LETTERS = "abfnrtv\\\"'";

    private Quoting() {}

    static String quote(String text) {
        var out = new StringBuilder("\"");
        text.codePoints().forEach(c -> character(c, out));
        return out.append('"').toString();
    }

    private static void character(int c, StringBuilder out) {
        int named = c == '\'' ? -1 : NAMED.indexOf(c);
        if (named >= 0) {
            out.append('\\').append(LETTERS.charAt(named));
        } else if (isPrintable(c)) {
            out.appendCodePoint(c);
        } else if (c < ' ' || c == 0x7f) {
            out.append(String.format("\\x%02x", c));
        } else {
            out.append(String.format(c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
        }
    }

    static boolean isPrintable(int c) {
        if (c == ' ') {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    /** The meaning of what stands between quotes; empty when an escape sequence is none. */
    static Optional<String> unquote(String inside, char quote) {
        var bytes = new java.io.ByteArrayOutputStream();
        int i = 0;
        while (i < inside.length()) {
            int c = inside.codePointAt(i);
            i += Character.charCount(c);
            if (c != '\\') {
                bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            char kind = i < inside.length() ? inside.charAt(i++) : '\0';
            int named = LETTERS.indexOf(kind);
            boolean foreign = (kind == '"' || kind == '\'') && kind != quote;
            int digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
            if (named >= 0 && !foreign) {
                bytes.write(NAMED.charAt(named));
                continue;
            }
            boolean octal = kind >= '0' && kind <= '7';
            int start = octal ? i - 1 : i;
            int end = start + (octal ? 3 : digits);
            Optional<Long> code = octal || digits > 0 ? code(inside, start, end, octal ? 8 : 16) : Optional.empty();
            if (code.isEmpty() || code.get() > (octal || digits == 2 ? 255 : Character.MAX_CODE_POINT)) {
                return Optional.empty();
            }
            i = end;
            if (octal || digits == 2) {
                bytes.write(code.get().intValue());
            } else {
                bytes.writeBytes(Character.toString(code.get().intValue()).getBytes(StandardCharsets.UTF_8));
            }
        }
        return Optional.of(bytes.toString(StandardCharsets.UTF_8));
    }

    private static Optional<Long> code(String text, int start, int end, int radix) {
        if (end > text.length() || !text.substring(start, end).chars().allMatch(c -> Character.digit(c, radix) >= 0)) {
            return Optional.empty();
        }
        return Optional.of(Long.parseLong(text.substring(start, end), radix));
    }
}
