package dev.steppe.client.allocation;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.JobOrigin;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Flat;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/**
 * What a node keeps of an allocation so that a later agent takes it over: what to run, how far it is, and what it knows
 * of each task.
 */
public record Kept(
        Allocation allocation,
        JobSpec job,
        @Flat JobOrigin origin,
        ClientState state,
        SortedMap<String, KeptTask> tasks,
        Progress progress) {

    /**
     * How far it is, beyond what the tasks tell: whether its hooks were prepared to the end, all tasks are being run another time, since when their end waits for the
     * group's shutdown delay (the epoch: it does not), whether everything was released, why its node ended it unasked
     * (empty: it did not), when it was begun (the epoch: not yet), and whether it was ended because it ran as long as it may.
     */
    public record Progress(
            boolean prepared,
            boolean restarting,
            Instant stoppingSince,
            boolean destroyed,
            String abandoned,
            Instant begun,
            boolean overrun) {}

    public AllocationId id() {
        return allocation.id();
    }

    /** True when nothing of it runs or is held any more. */
    public boolean isDestroyed() {
        return progress.destroyed();
    }

    /** Where it is kept. Writing is quick and does not fail silently; the latest value for an allocation is the one read. */
    public interface Shelf {
        void put(Kept kept);

        void remove(AllocationId id);

        List<Kept> all();
    }
}
