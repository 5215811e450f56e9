package dev.steppe.model;

/** Rules for ids and the making of new ones. */
public final class Ids {
    /** Longest id accepted, so that a file or interface name can always be derived from one. */
    public static final int LENGTH_MAX = 128;

    private static final String HEX = "0123456789abcdef";

    private Ids() {}

    static void check(String value, String what) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(what + " is missing");
        }
        if (value.length() > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    what + " has " + value.length() + " characters; at most " + LENGTH_MAX + " are possible");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c == 0x7f) {
                throw new IllegalArgumentException(what + " \"" + value
                        + "\" contains a space or control character; use letters, digits, - _ . /");
            }
        }
    }

    /** A random id in the form of a version 4 UUID (RFC 9562, section 5.4). */
    public static String random(java.util.random.RandomGenerator random) {
        var text = new StringBuilder(36);
        for (int i = 0; i < 36; i++) {
            switch (i) {
                case 8, 13, 18, 23 -> text.append('-');
                case 14 -> text.append('4');
                case 19 -> text.append(HEX.charAt(8 + random.nextInt(4)));
                default -> text.append(HEX.charAt(random.nextInt(16)));
            }
        }
        return text.toString();
    }

    /** The first eight characters, as people see ids. */
    public static String shortId(String id) {
        return id.length() <= 8 ? id : id.substring(0, 8);
    }
}
