package dev.steppe.mesh.catalog;

import java.util.Locale;

/** How a check or an instance is; later constants are worse. */
public enum Health {
    PASSING,
    WARNING,
    CRITICAL;

    /** The worse of the two. */
    public Health and(Health other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** The word in the API. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads the word of a report, in either vocabulary; what is not known to be well is critical. */
    static Health ofWord(String word) {
        return switch (word) {
            case "passing", "success" -> PASSING;
            case "warning" -> WARNING;
            default -> CRITICAL;
        };
    }
}
