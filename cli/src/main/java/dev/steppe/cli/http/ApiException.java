package dev.steppe.cli.http;

/**
 * An agent did not answer, or answered with an error. The message is meant for the person at the terminal; the status
 * is that of HTTP, 0 when there was no answer.
 */
public final class ApiException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String body;

    public ApiException(String message) {
        super(message);
        this.status = 0;
        this.body = "";
    }

    ApiException(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
        this.body = "";
    }

    ApiException(int status, String body) {
        super("Unexpected response code: " + status + " (" + body + ")");
        this.status = status;
        this.body = body;
    }

    /** The HTTP status, 0 when the agent could not be reached or its answer not be read. */
    public int status() {
        return status;
    }

    /** What the agent said, without the status around it; empty when it said nothing. */
    public String body() {
        return body;
    }

    public boolean isNotFound() {
        return status == 404;
    }
}
