package dev.steppe.model;

/** What the node reports of an allocation. */
public enum ClientStatus {
    PENDING,
    RUNNING,
    COMPLETE,
    FAILED,
    /** The node is gone. */
    LOST,
    /** The node does not answer. */
    UNKNOWN;

    public boolean isTerminal() {
        return this == COMPLETE || this == FAILED || this == LOST;
    }
}
