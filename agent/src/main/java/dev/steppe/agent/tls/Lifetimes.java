package dev.steppe.agent.tls;

import dev.steppe.cli.command.Arguments;
import dev.steppe.cli.command.UsageException;
import java.time.Duration;

/** What people may ask of the life and the names of a certificate. */
final class Lifetimes {
    private static final long DAYS_MAX = 36_500;
    private static final String NAME =
            "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*";

    private Lifetimes() {}

    static Duration days(Arguments arguments, long standard) throws UsageException {
        long days = arguments.number("days").orElse(standard);
        if (days < 1 || days > DAYS_MAX) {
            throw new UsageException("flag -days: " + days + " is not from 1 to " + DAYS_MAX);
        }
        return Duration.ofDays(days);
    }

    /** A name of the DNS, or a part of one. */
    static String name(String flag, String value) throws UsageException {
        if (!value.matches(NAME)) {
            throw new UsageException("flag -" + flag + ": \"" + value
                    + "\" is no name for a certificate: letters, digits, hyphens and dots between them");
        }
        return value;
    }
}
