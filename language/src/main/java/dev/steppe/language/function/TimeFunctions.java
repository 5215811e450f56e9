package dev.steppe.language.function;

import dev.steppe.language.duration.DurationText;
import dev.steppe.language.value.Value;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.Locale;

/** formatdate and timeadd, on timestamps in the notation of RFC 3339. */
final class TimeFunctions {
    private TimeFunctions() {}

    static void define(Definitions definitions) {
        definitions.add("timeadd", 2, arguments -> {
            OffsetDateTime time = timestamp(arguments.text(0));
            try {
                return Value.of(DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                        time.plus(DurationText.parse(arguments.text(1)))));
            } catch (DurationText.InvalidDurationException | DateTimeException | ArithmeticException wrong) {
                throw new FunctionException("argument 2 cannot be added: " + wrong.getMessage());
            }
        });
        definitions.add("formatdate", 2, arguments -> format(arguments.text(0), timestamp(arguments.text(1))));
    }

    private static OffsetDateTime timestamp(String text) throws FunctionException {
        try {
            return OffsetDateTime.parse(text);
        } catch (DateTimeException wrong) {
            throw new FunctionException("\"" + text + "\" is not a timestamp such as 2030-01-31T12:00:00Z");
        }
    }

    private static Value format(String format, OffsetDateTime time) throws FunctionException {
        StringBuilder out = new StringBuilder();
        int position = 0;
        while (position < format.length()) {
            char c = format.charAt(position);
            int end = position + 1;
            if (c == '\'') {
                end = quoted(format, end, out);
            } else if (c < 128 && Character.isLetter(c)) {
                while (end < format.length() && format.charAt(end) == c) {
                    end++;
                }
                out.append(field(format.substring(position, end), time));
            } else {
                out.append(c);
            }
            position = end;
        }
        return Value.of(out.toString());
    }

    /** Copies text in single quotes, in which two quotes stand for one; returns where it ends. */
    private static int quoted(String format, int start, StringBuilder out) throws FunctionException {
        int position = start;
        while (position < format.length()) {
            char c = format.charAt(position++);
            if (c != '\'') {
                out.append(c);
            } else if (position < format.length() && format.charAt(position) == '\'') {
                out.append(c);
                position++;
            } else {
                return position;
            }
        }
        throw new FunctionException("a quoted part of the format does not end");
    }

    private static String field(String field, OffsetDateTime time) throws FunctionException {
        int hour12 = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        return switch (field) {
            case "YYYY" -> String.format(Locale.ROOT, "%04d", time.getYear());
            case "YY" -> two(time.getYear() % 100);
            case "MMMM" -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "MMM" -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "MM" -> two(time.getMonthValue());
            case "M" -> String.valueOf(time.getMonthValue());
            case "DD" -> two(time.getDayOfMonth());
            case "D" -> String.valueOf(time.getDayOfMonth());
            case "EEEE" -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "EEE" -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "hh" -> two(time.getHour());
            case "h" -> String.valueOf(time.getHour());
            case "HH" -> two(hour12);
            case "H" -> String.valueOf(hour12);
            case "AA" -> time.getHour() < 12 ? "AM" : "PM";
            case "aa" -> time.getHour() < 12 ? "am" : "pm";
            case "mm" -> two(time.getMinute());
            case "m" -> String.valueOf(time.getMinute());
            case "ss" -> two(time.getSecond());
            case "s" -> String.valueOf(time.getSecond());
            case "ZZZZZ" -> DateTimeFormatter.ofPattern("xxx", Locale.ROOT).format(time);
            case "ZZZZ" -> DateTimeFormatter.ofPattern("xx", Locale.ROOT).format(time);
            case "ZZZ" ->
                time.getOffset().getTotalSeconds() == 0
                        ? "UTC"
                        : DateTimeFormatter.ofPattern("xx", Locale.ROOT).format(time);
            case "Z" -> DateTimeFormatter.ofPattern("XXX", Locale.ROOT).format(time);
            default -> throw new FunctionException("unknown part \"" + field + "\" in the format; quote plain letters");
        };
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : String.valueOf(number);
    }
}
