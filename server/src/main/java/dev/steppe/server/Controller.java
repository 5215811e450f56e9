package dev.steppe.server;

import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.List;

/**
 * Keeps one rule of the cluster true, on the leader. Level-triggered and idempotent: it looks at the state and says what
 * has to change now; nothing when the rule holds. Called on the server's loop, every second and after changes.
 */
interface Controller {
    String name();

    List<Command> decide(Snapshot snapshot, Instant now);

    /** Another server leads now: what it knows only saves looking again, and would keep an old state in memory. */
    default void forget() {}
}
