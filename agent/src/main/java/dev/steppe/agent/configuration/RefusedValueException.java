package dev.steppe.agent.configuration;

/** A value does not fit where it stands. The message says what is expected there, for the person who wrote it. */
final class RefusedValueException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedValueException(String message) {
        super(message);
    }
}
