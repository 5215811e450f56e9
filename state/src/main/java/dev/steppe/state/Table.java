package dev.steppe.state;

/** The tables of the state, each with an index of its last change. */
public enum Table {
    JOBS,
    NODES,
    EVALUATIONS,
    ALLOCATIONS,
    INTENTIONS,
    ROOTS
}
