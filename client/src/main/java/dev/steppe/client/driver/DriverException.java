package dev.steppe.client.driver;

/**
 * A driver could not do what was asked. Recoverable means that trying again later may help and the restart policy
 * decides; otherwise the task is refused for good. The message is for the operator and says what to do.
 */
public final class DriverException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean recoverable;

    private DriverException(String message, boolean recoverable, Throwable cause) {
        super(message, cause);
        this.recoverable = recoverable;
    }

    private DriverException(String message, boolean recoverable) {
        super(message);
        this.recoverable = recoverable;
    }

    /** Trying again with the same task will fail again. */
    public static DriverException refused(String message) {
        return new DriverException(message, false);
    }

    /** Something outside failed; trying again may help. */
    public static DriverException failed(String message, Throwable cause) {
        return new DriverException(message + ": " + cause.getMessage(), true, cause);
    }

    /** Something outside failed; trying again may help. */
    public static DriverException failed(String message) {
        return new DriverException(message, true);
    }

    /** True when trying again may help. */
    public boolean recoverable() {
        return recoverable;
    }
}
