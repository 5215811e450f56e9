package dev.steppe.model;

/** How long a job's tasks are meant to run and on which nodes. */
public enum JobType {
    /** Runs until stopped. */
    SERVICE,
    /** Runs to completion. */
    BATCH,
    /** A service on every fitting node. */
    SYSTEM,
    /** A batch on every fitting node. */
    SYSBATCH;

    /** True for jobs whose tasks are done when they exit with success. */
    public boolean ends() {
        return this == BATCH || this == SYSBATCH;
    }

    /** True for jobs with one instance per fitting node. */
    public boolean everywhere() {
        return this == SYSTEM || this == SYSBATCH;
    }
}
