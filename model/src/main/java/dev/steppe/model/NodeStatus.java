package dev.steppe.model;

/** Whether a node can run things. */
public enum NodeStatus {
    INITIALIZING,
    READY,
    DOWN,
    DISCONNECTED
}
