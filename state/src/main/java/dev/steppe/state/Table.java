package dev.steppe.state;

/** The tables of the state, each with an index of its last change. */
public enum Table {
    JOBS,
    NODES,
    EVALUATIONS,
    ALLOCATIONS,
    INTENTIONS,
    ROOTS,
    VARIABLES,
    DATA_KEYS,
    KEYS,
    SESSIONS,
    /** Changes when tombstones of keys are forgotten: no key that is not there has a newer index. */
    KEY_TOMBSTONES,
    PERIODIC_LAUNCHES,
    SCALING_EVENTS,
    JOIN_TOKENS,
    SERVERS,
    NODE_POOLS,
    SCHEDULER_CONFIGURATION,
    /** How the servers take care of themselves, and states that are being restored. */
    OPERATOR,
    DEPLOYMENTS,
    /** Other regions that this one knows. */
    REGIONS,
    ACCESS_TOKENS
}
