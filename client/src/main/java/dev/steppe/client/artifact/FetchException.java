package dev.steppe.client.artifact;

/** An artifact cannot be had. The message is for people and has no secrets; what may go better later is worth another try. */
final class FetchException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean recoverable;

    private FetchException(String message, boolean recoverable) {
        super(message);
        this.recoverable = recoverable;
    }

    /** Trying again helps only when somebody changes something, perhaps at the other side. */
    static FetchException failed(String message) {
        return new FetchException(message, true);
    }

    /** The job file itself has to change. */
    static FetchException mistaken(String message) {
        return new FetchException(message, false);
    }

    boolean recoverable() {
        return recoverable;
    }
}
