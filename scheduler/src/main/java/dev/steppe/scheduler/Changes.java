package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.state.Command;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What one evaluation found to be changed, collected group by group. Owned by that evaluation. */
final class Changes {
    private final List<Missing> missing = new ArrayList<>();
    private final List<Command.Stop> stopped = new ArrayList<>();
    private final List<Command.Move> moved = new ArrayList<>();
    private Optional<Instant> retryAt = Optional.empty();

    List<Missing> missing() {
        return Collections.unmodifiableList(missing);
    }

    List<Command.Stop> stopped() {
        return Collections.unmodifiableList(stopped);
    }

    List<Command.Move> moved() {
        return Collections.unmodifiableList(moved);
    }

    /** When the first delayed replacement is due. */
    Optional<Instant> retryAt() {
        return retryAt;
    }

    void place(Missing instance) {
        missing.add(instance);
    }

    void move(Allocation allocation, long version) {
        moved.add(new Command.Move(allocation.id(), version, allocation.evaluationId()));
    }

    /** The job does not want it any more. */
    void stopUnneeded(Allocation allocation) {
        stop(allocation, "alloc not needed due to job update");
    }

    /** Stops what has not ended. */
    void stop(Allocation allocation, String reason) {
        if (!allocation.isTerminal()) {
            stopped.add(new Command.Stop(allocation.id(), DesiredStatus.STOP, reason, Optional.empty()));
        }
    }

    /** Its node is gone, and it with the node. */
    void lose(Allocation allocation) {
        stopped.add(new Command.Stop(
                allocation.id(),
                DesiredStatus.STOP,
                "alloc is lost since its node is down",
                Optional.of(ClientStatus.LOST)));
    }

    /** Somebody wants another instance in its place. */
    void migrate(Allocation allocation) {
        stop(allocation, "alloc is being migrated");
    }

    /** Something is to be looked at again then. */
    void retryAt(Instant due) {
        retryAt = Optional.of(retryAt.filter(earlier -> earlier.isBefore(due)).orElse(due));
    }
}
