package dev.steppe.language.template;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Locale;

/** Times in layouts that show Monday, the second of January 2006, 15:04:05, as Go has them. Always in UTC. */
final class GoTime {
    static final String RFC3339 = "2006-01-02T15:04:05Z07:00";

    /** The pieces of a layout; of two that begin alike the longer comes first. */
    private static final String[] PIECES = {
        "January",
        "Jan",
        "Monday",
        "Mon",
        "MST",
        "2006",
        "-07:00:00",
        "-07:00",
        "-070000",
        "-0700",
        "-07",
        "Z07:00:00",
        "Z07:00",
        "Z070000",
        "Z0700",
        "Z07",
        "002",
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "__2",
        "_2",
        "15",
        "PM",
        "pm",
        "1",
        "2",
        "3",
        "4",
        "5"
    };

    private GoTime() {}

    static String format(Instant instant, String layout) {
        var time = instant.atZone(ZoneOffset.UTC);
        var out = new StringBuilder();
        int position = 0;
        while (position < layout.length()) {
            int fraction = fraction(layout, position);
            if (fraction > 0) {
                out.append(fractionOf(time, layout.substring(position, position + fraction)));
                position += fraction;
                continue;
            }
            String piece = piece(layout, position);
            out.append(piece.isEmpty() ? layout.substring(position, position + 1) : write(time, piece));
            position += Math.max(1, piece.length());
        }
        return out.toString();
    }

    /** The length of a fraction of seconds such as {@code .000} or {@code ,999} here, or 0. */
    private static int fraction(String layout, int position) {
        char point = layout.charAt(position);
        if (point != '.' && point != ',' || position + 1 >= layout.length()) {
            return 0;
        }
        char digit = layout.charAt(position + 1);
        int end = position + 1;
        while (end < layout.length() && layout.charAt(end) == digit) {
            end++;
        }
        boolean followed = end < layout.length() && Character.isDigit(layout.charAt(end));
        return (digit == '0' || digit == '9') && !followed ? end - position : 0;
    }

    private static String fractionOf(ZonedDateTime time, String pattern) {
        int digits = Math.min(9, pattern.length() - 1);
        String all = String.format("%09d", time.getNano()).substring(0, digits);
        if (pattern.charAt(1) == '9') {
            all = all.replaceFirst("0+$", "");
            return all.isEmpty() ? "" : pattern.charAt(0) + all;
        }
        return pattern.charAt(0) + all;
    }

    private static String piece(String layout, int position) {
        for (String piece : PIECES) {
            boolean word = piece.equals("Jan") || piece.equals("Mon");
            int end = position + piece.length();
            boolean inWord = word && end < layout.length() && Character.isLowerCase(layout.charAt(end));
            if (layout.startsWith(piece, position) && !inWord) {
                return piece;
            }
        }
        return "";
    }

    private static String write(ZonedDateTime time, String piece) {
        int hour = time.getHour() % 12 == 0 ? 12 : time.getHour() % 12;
        return switch (piece) {
            case "January" -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "Jan" -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "Monday" -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case "Mon" -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case "MST" -> "UTC";
            case "2006" -> String.format("%04d", time.getYear());
            case "06" -> String.format("%02d", time.getYear() % 100);
            case "01" -> String.format("%02d", time.getMonthValue());
            case "1" -> Integer.toString(time.getMonthValue());
            case "02" -> String.format("%02d", time.getDayOfMonth());
            case "_2" -> String.format("%2d", time.getDayOfMonth());
            case "2" -> Integer.toString(time.getDayOfMonth());
            case "002" -> String.format("%03d", time.getDayOfYear());
            case "__2" -> String.format("%3d", time.getDayOfYear());
            case "15" -> String.format("%02d", time.getHour());
            case "03" -> String.format("%02d", hour);
            case "3" -> Integer.toString(hour);
            case "04" -> String.format("%02d", time.getMinute());
            case "4" -> Integer.toString(time.getMinute());
            case "05" -> String.format("%02d", time.getSecond());
            case "5" -> Integer.toString(time.getSecond());
            case "PM" -> time.getHour() < 12 ? "AM" : "PM";
            case "pm" -> time.getHour() < 12 ? "am" : "pm";
            case "-07" -> "+00";
            case "-0700" -> "+0000";
            case "-07:00" -> "+00:00";
            case "-070000" -> "+000000";
            case "-07:00:00" -> "+00:00:00";
            default -> "Z";
        };
    }
}
