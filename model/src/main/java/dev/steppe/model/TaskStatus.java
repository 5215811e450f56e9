package dev.steppe.model;

/** How far a task is. */
public enum TaskStatus {
    PENDING,
    RUNNING,
    DEAD
}
