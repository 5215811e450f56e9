package dev.steppe.model;

import java.time.Instant;

/** The latest result of one check of an allocation. */
public record CheckStatus(
        String check, String service, String status, String output, int statusCode, Instant timestamp) {
    public static final String PASSING = "passing";
    public static final String WARNING = "warning";
    public static final String CRITICAL = "critical";

    /** Under which key the result of a service's check is kept; checks are counted from 1. */
    public static String key(Service service, int number) {
        return service.name() + "/" + number;
    }
}
