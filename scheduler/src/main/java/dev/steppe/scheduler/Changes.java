package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentId;
import dev.steppe.model.DesiredStatus;
import dev.steppe.state.Command;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What one evaluation found to be changed, collected group by group. Owned by that evaluation. */
final class Changes {
    private final List<Missing> missing = new ArrayList<>();
    private final List<Command.Stop> stopped = new ArrayList<>();
    private final TreeSet<AllocationId> migrating = new TreeSet<>();
    private final List<Command.Move> moved = new ArrayList<>();
    private final List<Command.Stop> outOfReach = new ArrayList<>();
    private final List<Command.Move> resumed = new ArrayList<>();
    private final TreeMap<String, Integer> retried = new TreeMap<>();
    private Optional<Instant> retryAt = Optional.empty();
    private Optional<Instant> givenUpAt = Optional.empty();

    List<Missing> missing() {
        return Collections.unmodifiableList(missing);
    }

    List<Command.Stop> stopped() {
        return Collections.unmodifiableList(stopped);
    }

    List<Command.Move> moved() {
        return Collections.unmodifiableList(moved);
    }

    /** True for what is stopped so that another instance takes its place elsewhere. */
    boolean isMigrating(AllocationId allocation) {
        return migrating.contains(allocation);
    }

    /** When the first delayed replacement is due. */
    Optional<Instant> retryAt() {
        return retryAt;
    }

    /** How many failed instances of each group are replaced later. */
    SortedMap<String, Integer> retried() {
        return Collections.unmodifiableSortedMap(retried);
    }

    /** When the first instance that is out of reach is given up. */
    Optional<Instant> givenUpAt() {
        return givenUpAt;
    }

    /** Instances nobody hears of any more; they are not stopped. */
    List<Command.Stop> outOfReach() {
        return Collections.unmodifiableList(outOfReach);
    }

    /** Instances that are the live ones of their names again. */
    List<Command.Move> resumed() {
        return Collections.unmodifiableList(resumed);
    }

    void place(Missing instance) {
        missing.add(instance);
    }

    void move(Allocation allocation, long version, Optional<DeploymentId> deployment) {
        moved.add(new Command.Move(allocation.id(), version, allocation.evaluationId(), Optional.empty(), deployment));
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

    /** Its node does not answer. It keeps what it holds, since it may well run. */
    void outOfReach(Allocation allocation) {
        if (allocation.client().status() != ClientStatus.UNKNOWN) {
            outOfReach.add(new Command.Stop(
                    allocation.id(),
                    DesiredStatus.RUN,
                    "alloc is unknown since its node is disconnected",
                    Optional.of(ClientStatus.UNKNOWN)));
        }
    }

    /** It had been replaced while it was out of reach, or it replaced one that came back: it is the one too many. */
    void stopReconnected(Allocation allocation) {
        stopped.add(new Command.Stop(
                allocation.id(),
                DesiredStatus.STOP,
                "alloc not needed due to disconnected client reconnect",
                Optional.empty()));
    }

    /** It is the live instance of its name again. */
    void resume(Allocation allocation, long epoch) {
        resumed.add(new Command.Move(
                allocation.id(),
                allocation.jobVersion(),
                allocation.evaluationId(),
                Optional.of(epoch),
                Optional.empty()));
    }

    /** Somebody wants another instance in its place. */
    void migrate(Allocation allocation) {
        stop(allocation, "alloc is being migrated");
        migrating.add(allocation.id());
    }

    /** Something is to be looked at again then. */
    void retryAt(Allocation failed, Instant due) {
        retried.merge(failed.taskGroup(), 1, Integer::sum);
        retryAt = Optional.of(retryAt.filter(earlier -> earlier.isBefore(due)).orElse(due));
    }

    /** An instance that is out of reach is given up then. */
    void givenUpAt(Instant due) {
        givenUpAt =
                Optional.of(givenUpAt.filter(earlier -> earlier.isBefore(due)).orElse(due));
    }
}
