package dev.steppe.language.function;

import dev.steppe.language.value.Conversion;
import dev.steppe.language.value.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A format in the style of printf: {@code %[flags][width][.precision][[index]]verb}, verbs v s q t d b o x X f e g %. */
final class TextFormat {
    private static final int WIDTH_MAX = 1_000;

    private final String format;

    TextFormat(String format) {
        this.format = format;
    }

    /** One parsed directive. */
    private record Directive(String flags, int width, int precision, char verb) {
        boolean has(char flag) {
            return flags.indexOf(flag) >= 0;
        }
    }

    String apply(List<Value> values) throws FunctionException {
        StringBuilder result = new StringBuilder();
        int next = 0;
        int greatest = 0;
        int position = 0;
        while (position < format.length()) {
            int percent = format.indexOf('%', position);
            if (percent < 0) {
                break;
            }
            result.append(format, position, percent);
            Cursor cursor = new Cursor(percent + 1);
            String flags = cursor.flags();
            int width = cursor.number();
            int precision = cursor.precision();
            int index = cursor.index();
            Directive directive = new Directive(flags, width, precision, cursor.verb());
            position = cursor.position;
            if (directive.verb() == '%') {
                result.append('%');
                continue;
            }
            next = index > 0 ? index - 1 : next;
            if (next >= values.size()) {
                throw new FunctionException(
                        "the format needs at least " + (next + 1) + " values, not " + values.size());
            }
            result.append(pad(write(directive, values.get(next)), directive));
            Arguments.checkLength(result.length());
            next++;
            greatest = Math.max(greatest, next);
        }
        if (greatest < values.size()) {
            throw new FunctionException("the format uses " + greatest + " of " + values.size() + " values");
        }
        return result.append(format, position, format.length()).toString();
    }

    /** Reads a directive. */
    private final class Cursor {
        private int position;

        Cursor(int position) {
            this.position = position;
        }

        private char peek() {
            return position < format.length() ? format.charAt(position) : '\0';
        }

        String flags() {
            int start = position;
            while (peek() != '\0' && "+-# 0".indexOf(peek()) >= 0) {
                position++;
            }
            return format.substring(start, position);
        }

        int number() throws FunctionException {
            int number = -1;
            while (peek() >= '0' && peek() <= '9') {
                number = Math.max(number, 0) * 10 + peek() - '0';
                position++;
                if (number > WIDTH_MAX) {
                    throw new FunctionException("a width or precision above " + WIDTH_MAX + " is not allowed");
                }
            }
            return number;
        }

        int precision() throws FunctionException {
            if (peek() != '.') {
                return -1;
            }
            position++;
            return Math.max(0, number());
        }

        int index() throws FunctionException {
            if (peek() != '[') {
                return 0;
            }
            position++;
            int index = number();
            if (index < 1 || peek() != ']') {
                throw new FunctionException("expected a number from 1 and \"]\" after \"%[\"");
            }
            position++;
            return index;
        }

        char verb() throws FunctionException {
            if (position >= format.length()) {
                throw new FunctionException("the format ends inside a \"%\" sequence");
            }
            return format.charAt(position++);
        }
    }

    private static String pad(String text, Directive directive) {
        int missing = directive.width() - text.codePointCount(0, text.length());
        if (missing <= 0) {
            return text;
        }
        if (directive.has('-')) {
            return text + " ".repeat(missing);
        }
        boolean number = "dboxXfeg".indexOf(directive.verb()) >= 0;
        if (directive.has('0') && number) {
            int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
            return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
        }
        return " ".repeat(missing) + text;
    }

    private static String write(Directive directive, Value value) throws FunctionException {
        return switch (directive.verb()) {
            case 'v' -> directive.has('#') ? Json.write(value) : plain(value);
            case 's' -> {
                String text = text(value);
                int length = text.codePointCount(0, text.length());
                yield directive.precision() >= 0 && directive.precision() < length
                        ? text.substring(0, text.offsetByCodePoints(0, directive.precision()))
                        : text;
            }
            case 'q' -> Json.write(Value.of(text(value)));
            case 't' -> String.valueOf(Conversion.toBool(value).orElseThrow(() -> unsuitable(directive, value)));
            case 'd' -> signed(whole(directive, value).toString(), directive);
            case 'b' -> signed(whole(directive, value).toString(2), directive);
            case 'o' -> signed(whole(directive, value).toString(8), directive);
            case 'x' ->
                value instanceof Value.Text text && Conversion.toNumber(value).isEmpty()
                        ? HashFunctions.hex(text.text())
                        : signed(whole(directive, value).toString(16), directive);
            case 'X' -> signed(whole(directive, value).toString(16).toUpperCase(Locale.ROOT), directive);
            case 'f' -> {
                int digits = directive.precision() < 0 ? 6 : directive.precision();
                yield signed(
                        number(directive, value)
                                .setScale(digits, RoundingMode.HALF_EVEN)
                                .toPlainString(),
                        directive);
            }
            case 'e' -> signed(exponent(number(directive, value), directive.precision()), directive);
            case 'g' -> signed(plainOrExponent(number(directive, value)), directive);
            default -> throw new FunctionException("unknown verb \"%" + directive.verb() + "\" in the format");
        };
    }

    private static String plain(Value value) throws FunctionException {
        Optional<String> text = Conversion.toText(value);
        return text.isPresent() ? text.get() : Json.write(value);
    }

    private static String text(Value value) throws FunctionException {
        return Conversion.toText(value)
                .orElseThrow(() -> new FunctionException("a value of type " + value.kind() + " is not a string"));
    }

    private static FunctionException unsuitable(Directive directive, Value value) {
        return new FunctionException("\"%" + directive.verb() + "\" does not suit a value of type " + value.kind());
    }

    private static BigDecimal number(Directive directive, Value value) throws FunctionException {
        return Conversion.toNumber(value).orElseThrow(() -> unsuitable(directive, value));
    }

    private static BigInteger whole(Directive directive, Value value) throws FunctionException {
        BigDecimal number = number(directive, value);
        if (number.stripTrailingZeros().scale() > 0) {
            throw new FunctionException(
                    "\"%" + directive.verb() + "\" takes whole numbers, not " + number.toPlainString());
        }
        return number.toBigInteger();
    }

    private static String signed(String number, Directive directive) {
        if (number.startsWith("-")) {
            return number;
        }
        return directive.has('+') ? "+" + number : directive.has(' ') ? " " + number : number;
    }

    private static String exponent(BigDecimal number, int precision) {
        return String.format(Locale.ROOT, "%." + (precision < 0 ? 6 : precision) + "e", number);
    }

    private static String plainOrExponent(BigDecimal number) {
        int exponent = number.precision() - number.scale() - 1;
        if (exponent < -4 || exponent >= 21) {
            BigDecimal stripped = number.stripTrailingZeros();
            return exponent(stripped, stripped.precision() - 1);
        }
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
