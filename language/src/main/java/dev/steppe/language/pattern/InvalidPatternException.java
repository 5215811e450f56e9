package dev.steppe.language.pattern;

/** A regular expression cannot be read, or is too large; the message says why. */
public final class InvalidPatternException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    InvalidPatternException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** What is wrong, for who wrote it. */
    public String reason() {
        return reason;
    }
}
