package dev.steppe.language.filter;

/** A filter cannot be read, or asks of a field what its kind of value does not answer; the message says where and what would do. */
public final class InvalidFilterException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidFilterException(String message) {
        super(message, null, false, false);
    }

    /** The message for who wrote the filter; never absent. */
    public String text() {
        var message = getMessage();
        return message == null ? "" : message;
    }
}
