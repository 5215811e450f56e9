package dev.steppe.language.cron;

/** A cron expression or its time zone is not one; the message says which part and what could stand there. */
public final class MalformedCronException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedCronException(String message) {
        super(message);
    }
}
