package dev.steppe.client.allocation;

import dev.steppe.client.driver.DriverHandle;
import dev.steppe.client.driver.ExitResult;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a node keeps of a task beside its published state: how to find its process, an end that is not dealt with yet, a
 * restart that was asked for, whether its turn to run has come, when a delayed start is due, what its hooks prepared
 * lastingly.
 */
public record KeptTask(
        Optional<DriverHandle> handle,
        Optional<ExitResult> exit,
        Optional<TaskControl.Restart> restart,
        RestartCount restarts,
        boolean begun,
        Instant startDue,
        SortedMap<String, TaskHook.Prepared> prepared) {

    /** Of a task that nothing happened to yet. */
    public static KeptTask fresh() {
        return new KeptTask(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                RestartCount.NONE,
                false,
                Instant.EPOCH,
                Collections.emptySortedMap());
    }

    /** The same task with another program. */
    public KeptTask with(DriverHandle other) {
        return new KeptTask(Optional.of(other), exit, restart, restarts, begun, startDue, prepared);
    }
}
