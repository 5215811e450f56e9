package dev.steppe.model;

/** What the servers want of an allocation. */
public enum DesiredStatus {
    RUN,
    STOP,
    EVICT
}
