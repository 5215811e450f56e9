package dev.steppe.model;

import java.util.List;

/** What an allocation knows of the failed ones it stands for, oldest first. */
public record RescheduleTracker(List<RescheduleEvent> events) {
    /** Of an allocation that replaces none. */
    public static final RescheduleTracker NONE = new RescheduleTracker(List.of());
}
