package dev.steppe.security.keyring;

/** Sealed bytes cannot be opened: another key, another place, or they were changed. */
public final class SealBrokenException extends Exception {
    private static final long serialVersionUID = 1L;

    SealBrokenException(String message) {
        super(message);
    }
}
