package dev.steppe.model;

/** How far a deployment is. */
public enum DeploymentStatus {
    RUNNING,
    /** Somebody wants it to wait. */
    PAUSED,
    FAILED,
    SUCCESSFUL,
    /** Something newer took its place. */
    CANCELLED;

    /** True while it may still go on. */
    public boolean isActive() {
        return this == RUNNING || this == PAUSED;
    }
}
