package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.Evaluation;
import dev.steppe.state.Command;
import java.util.List;
import java.util.SortedMap;

/**
 * What a scheduler proposes for one evaluation: instances to place, to stop and to move to a new version, how many of
 * which by group, and the evaluations that follow. Nothing of it holds until it is verified against the newest state and applied.
 */
public record Plan(
        Evaluation evaluation,
        List<Allocation> placed,
        List<Command.Stop> stopped,
        List<Command.Move> moved,
        SortedMap<String, AllocationMetric> failed,
        SortedMap<String, Integer> queued,
        SortedMap<String, DesiredUpdates> updates,
        List<Evaluation> followUps) {

    /** True when it changes no allocation. */
    public boolean isEmpty() {
        return placed.isEmpty() && stopped.isEmpty() && moved.isEmpty();
    }
}
