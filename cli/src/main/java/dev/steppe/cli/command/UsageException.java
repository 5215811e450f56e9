package dev.steppe.cli.command;

/** A command line that was refused; the message names the word and what could be written instead. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
