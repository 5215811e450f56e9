package dev.steppe.model;

import dev.steppe.model.codec.Default;
import java.util.List;

/** When a batch job is launched again and again. The old form has one time in {@code spec}. */
public record PeriodicConfig(
        @Default("true") boolean enabled,
        String spec,
        List<String> specs,
        @Default("cron") String specType,
        boolean prohibitOverlap,
        @Default("UTC") String timeZone) {

    /** All its cron expressions, in the old form or the new one. */
    public List<String> expressions() {
        return spec.isEmpty() ? specs : List.of(spec);
    }
}
