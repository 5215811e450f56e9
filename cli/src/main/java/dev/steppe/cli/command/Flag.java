package dev.steppe.cli.command;

/**
 * One flag of a command. {@code value} names the value in help texts, empty for a switch; {@code about} says what the
 * flag does, for a refused one what to use instead.
 */
public record Flag(String name, Kind kind, String value, String about) {

    /** How a flag is written and how often. */
    public enum Kind {
        /** {@code -name}, {@code -name=true} or {@code -name=false}. */
        SWITCH,
        /** {@code -name value} or {@code -name=value}; the last one counts. */
        TEXT,
        /** As text, a whole number. */
        NUMBER,
        /** As text, each one counts. */
        REPEATED,
        /** Known from the tools people come from, refused by name; may have a value. */
        REFUSED
    }

    public static Flag toggle(String name, String about) {
        return new Flag(name, Kind.SWITCH, "", about);
    }

    public static Flag text(String name, String value, String about) {
        return new Flag(name, Kind.TEXT, value, about);
    }

    public static Flag number(String name, String value, String about) {
        return new Flag(name, Kind.NUMBER, value, about);
    }

    public static Flag repeated(String name, String value, String about) {
        return new Flag(name, Kind.REPEATED, value, about);
    }

    public static Flag refused(String name, String instead) {
        return new Flag(name, Kind.REFUSED, "", instead);
    }
}
