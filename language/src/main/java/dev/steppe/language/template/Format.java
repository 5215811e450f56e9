package dev.steppe.language.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** {@code printf} as Go has it, mistakes included: they show in the output, as {@code %!d(string=a)}. */
final class Format {
    private static final int WIDTH_MAX = 10_000;

    private final String format;
    private final List<Datum> values;
    private final StringBuilder out = new StringBuilder();
    private int position;
    private int next;
    private boolean reordered;

    private Format(String format, List<Datum> values) {
        this.format = format;
        this.values = values;
    }

    static String of(String format, List<Datum> values) {
        var made = new Format(format, values);
        made.run();
        return made.out.toString();
    }

    /** How one value is to be written; width and precision are empty when the format names none. */
    private record Verb(String flags, Optional<Integer> width, Optional<Integer> precision, int letter) {
        boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }
    }

    private void run() {
        while (position < format.length()) {
            int percent = format.indexOf('%', position);
            out.append(format, position, percent < 0 ? format.length() : percent);
            if (percent < 0) {
                break;
            }
            position = percent + 1;
            directive();
        }
        if (!reordered && next < values.size()) {
            out.append("%!(EXTRA ");
            String separator = "";
            for (Datum extra : values.subList(next, values.size())) {
                out.append(separator).append(described(extra));
                separator = ", ";
            }
            out.append(')');
        }
    }

    private void directive() {
        int start = position;
        while (position < format.length() && "+-# 0".indexOf(format.charAt(position)) >= 0) {
            position++;
        }
        String flags = format.substring(start, position);
        index();
        Optional<Integer> width = number();
        if (width.isPresent() && width.get() < 0) {
            flags += "-";
            width = Optional.of(-width.get());
        }
        Optional<Integer> precision = Optional.empty();
        if (position < format.length() && format.charAt(position) == '.') {
            position++;
            precision = Optional.of(number().filter(it -> it >= 0).orElse(0));
        }
        index();
        if (position >= format.length()) {
            out.append("%!(NOVERB)");
            return;
        }
        int letter = format.codePointAt(position);
        position += Character.charCount(letter);
        if (letter == '%') {
            out.append('%');
        } else if (next >= values.size()) {
            out.append("%!").appendCodePoint(letter).append(next < 0 ? "(BADINDEX)" : "(MISSING)");
        } else {
            out.append(write(new Verb(flags, width, precision, letter), values.get(next++)));
        }
    }

    /** {@code [2]} chooses the value that comes next. */
    private void index() {
        int close = format.indexOf(']', position);
        if (position >= format.length() || format.charAt(position) != '[' || close < 0) {
            return;
        }
        reordered = true;
        int chosen = Numbers.whole(format.substring(position + 1, close), 10)
                        .orElse(0L)
                        .intValue()
                - 1;
        next = chosen < 0 ? values.size() : chosen;
        position = close + 1;
    }

    private Optional<Integer> number() {
        if (position < format.length() && format.charAt(position) == '*') {
            position++;
            if (next < values.size() && values.get(next) instanceof Datum.Whole(long given)) {
                next++;
                return Optional.of(Math.clamp(given, -WIDTH_MAX, WIDTH_MAX));
            }
            out.append("%!(BADWIDTH)");
            return Optional.empty();
        }
        int start = position;
        while (position < format.length() && format.charAt(position) >= '0' && format.charAt(position) <= '9') {
            position++;
        }
        return Numbers.whole(format.substring(start, position), 10).map(it -> (int) Math.min(it, WIDTH_MAX));
    }

    private static String described(Datum value) {
        return value.isNothing() ? "<nil>" : value.type() + "=" + Printing.plain(value);
    }

    private static String mismatch(Verb verb, Datum value) {
        return "%!" + Character.toString(verb.letter()) + "(" + described(value) + ")";
    }

    private static String write(Verb verb, Datum value) {
        if (verb.letter() == 'T') {
            return pad(SprigValues.type(value), verb, false);
        }
        if (verb.letter() == 'v') {
            String text = verb.has('#')
                    ? Printing.source(value)
                    : verb.has('+') ? Printing.named(value) : Printing.plain(value);
            boolean number = value instanceof Datum.Whole || value instanceof Datum.Real;
            return pad(text, verb, number);
        }
        return switch (value) {
            case Datum.Missing _, Datum.Nil _ -> mismatch(verb, value);
            case Datum.Bool(boolean truth) ->
                verb.letter() == 't' ? pad(Boolean.toString(truth), verb, false) : mismatch(verb, value);
            case Datum.Whole(long number) -> whole(verb, value, number);
            case Datum.Real(double number) -> real(verb, value, number);
            case Datum.Text(String text) -> text(verb, value, text);
            case Datum.Sequence sequence -> {
                var inner = new StringBuilder("[");
                sequence.elements()
                        .forEach(element ->
                                inner.append(inner.length() > 1 ? " " : "").append(write(verb, element)));
                yield inner.append(']').toString();
            }
            case Datum.Table table -> {
                var inner = new StringBuilder("map[");
                table.entries()
                        .forEach((key, element) -> inner.append(inner.length() > 4 ? " " : "")
                                .append(write(verb, table.key(key)))
                                .append(':')
                                .append(write(verb, element)));
                yield inner.append(']').toString();
            }
            case Datum.Structure structure -> {
                if (structure.printed().isPresent()) {
                    yield text(verb, value, structure.printed().get());
                }
                var inner = new StringBuilder("{");
                structure
                        .fields()
                        .values()
                        .forEach(element ->
                                inner.append(inner.length() > 1 ? " " : "").append(write(verb, element)));
                yield inner.append('}').toString();
            }
        };
    }

    private static String whole(Verb verb, Datum value, long number) {
        int radix = switch (verb.letter()) {
            case 'd' -> 10;
            case 'b' -> 2;
            case 'o', 'O' -> 8;
            case 'x', 'X' -> 16;
            default -> 0;
        };
        if (radix > 0) {
            String digits = Long.toString(number, radix);
            String sign = digits.startsWith("-") ? "-" : verb.has('+') ? "+" : verb.has(' ') ? " " : "";
            digits = digits.startsWith("-") ? digits.substring(1) : digits;
            digits = "0".repeat(Math.max(0, verb.precision().orElse(0) - digits.length())) + digits;
            String prefix = verb.letter() == 'O'
                    ? "0o"
                    : !verb.has('#') ? "" : radix == 16 ? "0x" : radix == 8 ? "0" : radix == 2 ? "0b" : "";
            String text = sign + prefix + digits;
            return pad(
                    verb.letter() == 'X' ? text.toUpperCase(Locale.ROOT) : text,
                    verb,
                    verb.precision().isEmpty());
        }
        boolean character = Character.isValidCodePoint((int) number) && number == (int) number;
        return switch (verb.letter()) {
            case 'c' -> pad(character ? Character.toString((int) number) : "\ufffd", verb, false);
            case 'q' -> {
                String quoted = Quoting.quote(character ? Character.toString((int) number) : "\ufffd");
                String inside = quoted.substring(1, quoted.length() - 1);
                yield pad("'" + (number == '\'' ? "\\'" : number == '"' ? "\"" : inside) + "'", verb, false);
            }
            case 'U' -> pad(String.format("U+%04X", number), verb, false);
            default -> mismatch(verb, value);
        };
    }

    private static String real(Verb verb, Datum value, double number) {
        String text;
        switch (verb.letter()) {
            case 'e', 'E' -> text = exponent(number, verb.precision().orElse(6));
            case 'f', 'F' -> text = fixed(number, verb.precision().orElse(6));
            case 'g', 'G' ->
                text = verb.precision().isPresent()
                        ? general(number, verb.precision().get())
                        : Numbers.shortest(number);
            default -> {
                return mismatch(verb, value);
            }
        }
        if (verb.letter() == 'E' || verb.letter() == 'G') {
            text = text.toUpperCase(Locale.ROOT);
        }
        if (!text.startsWith("-") && !text.startsWith("+")) {
            text = (verb.has('+') ? "+" : verb.has(' ') ? " " : "") + text;
        }
        return pad(text, verb, Numbers.special(number).isEmpty());
    }

    private static String fixed(double number, int digits) {
        return Numbers.special(number)
                .orElseGet(() -> (number < 0 ? "-" : "")
                        + new BigDecimal(Math.abs(number))
                                .setScale(digits, RoundingMode.HALF_EVEN)
                                .toPlainString());
    }

    private static String exponent(double number, int digits) {
        return Numbers.special(number).orElseGet(() -> {
            var exact = new BigDecimal(Math.abs(number))
                    .round(new java.math.MathContext(digits + 1, RoundingMode.HALF_EVEN));
            int power = exact.signum() == 0 ? 0 : exact.precision() - exact.scale() - 1;
            String mantissa = exact.movePointLeft(power)
                    .setScale(digits, RoundingMode.HALF_EVEN)
                    .toPlainString();
            int size = Math.abs(power);
            return (number < 0 ? "-" : "") + mantissa + "e" + (power < 0 ? "-" : "+") + (size < 10 ? "0" : "") + size;
        });
    }

    private static String general(double number, int precision) {
        int digits = Math.max(1, precision);
        String scientific = exponent(number, digits - 1);
        int power = scientific.indexOf('e');
        if (power < 0) {
            return scientific;
        }
        int exponent = Integer.parseInt(scientific.substring(power + 1).replace("+", ""));
        var rounded = new BigDecimal(scientific.substring(0, power)).stripTrailingZeros();
        return exponent < -4 || exponent >= digits
                ? rounded.toPlainString() + scientific.substring(power)
                : new BigDecimal(scientific).stripTrailingZeros().toPlainString();
    }

    private static String text(Verb verb, Datum value, String text) {
        int length = text.codePointCount(0, text.length());
        int kept = Math.min(length, verb.precision().orElse(length));
        String cut = text.substring(0, text.offsetByCodePoints(0, kept));
        return switch (verb.letter()) {
            case 's' -> pad(cut, verb, false);
            case 'q' -> pad(verb.has('#') && !cut.contains("`") ? "`" + cut + "`" : Quoting.quote(cut), verb, false);
            case 'x', 'X' -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                String hex = HexFormat.ofDelimiter(verb.has(' ') ? " " : "").formatHex(bytes);
                yield pad(verb.letter() == 'X' ? hex.toUpperCase(Locale.ROOT) : hex, verb, false);
            }
            default -> mismatch(verb, value);
        };
    }

    private static String pad(String text, Verb verb, boolean number) {
        int missing = verb.width().orElse(0) - text.codePointCount(0, text.length());
        if (missing <= 0) {
            return text;
        }
        if (verb.has('-')) {
            return text + " ".repeat(missing);
        }
        if (verb.has('0') && number) {
            boolean signed = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ");
            return signed ? text.charAt(0) + "0".repeat(missing) + text.substring(1) : "0".repeat(missing) + text;
        }
        return (verb.has('0') && !number ? "0" : " ").repeat(missing) + text;
    }
}
