package dev.steppe.client.allocation;

import dev.steppe.io.Loop;

/** Where a task is. Each phase holds only what it needs. */
sealed interface TaskPhase {
    record Idle() implements TaskPhase {}

    record Preparing() implements TaskPhase {}

    record Starting() implements TaskPhase {}

    record Running() implements TaskPhase {}

    record Delaying(Loop.Timer timer) implements TaskPhase {}

    record Stopping() implements TaskPhase {}

    /** Stopped, and not told how it ended yet. */
    record Ending(Loop.Timer timer) implements TaskPhase {}

    record Cleaning() implements TaskPhase {}

    record Waiting(Loop.Timer timer) implements TaskPhase {}

    record Releasing() implements TaskPhase {}

    record Dead() implements TaskPhase {}
}
