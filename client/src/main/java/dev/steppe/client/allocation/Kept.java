package dev.steppe.client.allocation;

import dev.steppe.client.driver.DriverHandle;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.ClientState;
import dev.steppe.model.JobSpec;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a node keeps of an allocation so that a later agent takes it over: what to run, how far it is, and how to find its
 * processes.
 */
public record Kept(
        Allocation allocation,
        JobSpec job,
        ClientState state,
        SortedMap<String, DriverHandle> handles,
        boolean destroyed) {

    public AllocationId id() {
        return allocation.id();
    }

    /** Where it is kept. Writing is quick and does not fail silently; the latest value for an allocation is the one read. */
    public interface Shelf {
        void put(Kept kept);

        void remove(AllocationId id);

        List<Kept> all();
    }

    Optional<DriverHandle> handle(String task) {
        return Optional.ofNullable(handles.get(task));
    }
}
