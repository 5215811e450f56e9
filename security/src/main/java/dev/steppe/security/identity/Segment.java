package dev.steppe.security.identity;

/** One part of an identity's path: letters, digits, dots, dashes and underscores; never empty, "." or "..". */
final class Segment {
    private static final int LENGTH_MAX = 255;

    private Segment() {}

    static void check(String what, String value) {
        if (value.isEmpty() || value.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(what + " \"" + printable(value) + "\" has " + value.length()
                    + " characters; 1 to " + LENGTH_MAX + " are allowed");
        }
        if (value.equals(".") || value.equals("..")) {
            throw new IllegalArgumentException(what + " \"" + value + "\" is not allowed in an identity");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean letterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letterOrDigit && c != '.' && c != '-' && c != '_') {
                throw new IllegalArgumentException(what + " \"" + printable(value) + "\" contains '"
                        + printable(String.valueOf(c)) + "'; use letters, digits, '.', '-' and '_'");
            }
        }
    }

    /** At most 300 characters of a text that a stranger may have written, without control characters. */
    static String printable(String text) {
        String shown = text.length() > 300 ? text.substring(0, 300) + "..." : text;
        StringBuilder out = new StringBuilder(shown.length());
        shown.chars().forEach(c -> out.append(c < ' ' || c > '~' ? '?' : (char) c));
        return out.toString();
    }
}
