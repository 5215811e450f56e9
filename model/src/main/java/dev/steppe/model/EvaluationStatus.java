package dev.steppe.model;

import dev.steppe.model.codec.Json;

/** How far an evaluation is. */
public enum EvaluationStatus {
    PENDING,
    /** Something could not be placed; it is tried again when the cluster changes. */
    BLOCKED,
    COMPLETE,
    FAILED,
    @Json("canceled")
    CANCELLED;

    public boolean isTerminal() {
        return this == COMPLETE || this == FAILED || this == CANCELLED;
    }
}
