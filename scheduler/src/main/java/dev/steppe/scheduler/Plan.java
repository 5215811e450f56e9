package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.Deployment;
import dev.steppe.model.Evaluation;
import dev.steppe.state.Command;
import dev.steppe.state.Placements;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What a scheduler proposes for one evaluation: instances to place, to stop and to move to a new version, how many of
 * which by group, how many find no place ({@code queued}) and how many of those are to replace one that runs on until then, the
 * evaluations that follow, those of jobs that lose instances to it, the deployment that begins and those that are over. Nothing of
 * it holds until it is verified against the newest state and applied.
 */
public record Plan(
        Evaluation evaluation,
        List<Allocation> placed,
        List<Command.Stop> stopped,
        List<Command.Move> moved,
        SortedMap<String, AllocationMetric> failed,
        SortedMap<String, Integer> queued,
        SortedMap<String, Integer> queuedUpdates,
        SortedMap<String, DesiredUpdates> updates,
        List<Evaluation> followUps,
        List<Evaluation> ofVictims,
        Optional<Deployment> deployment,
        List<Command.DeploymentEnd> ended) {

    /** The evaluations of jobs that do lose instances to it: a plan may be accepted in part. */
    public List<Evaluation> evaluationsOfVictims(Snapshot snapshot) {
        var losers = stopped.stream()
                .filter(stop -> stop.preemptedBy().isPresent())
                .flatMap(stop -> snapshot.allocation(stop.allocation()).stream())
                .map(Allocation::jobKey)
                .toList();
        return ofVictims.stream()
                .filter(evaluation -> losers.contains(evaluation.jobKey()))
                .toList();
    }

    /** True when it changes no allocation and no deployment. */
    public boolean isEmpty() {
        return placed.isEmpty() && stopped.isEmpty() && moved.isEmpty() && deployment.isEmpty() && ended.isEmpty();
    }

    /** The same evaluation, of which nothing is carried out. */
    Plan dropped() {
        return new Plan(
                evaluation,
                List.of(),
                List.of(),
                List.of(),
                failed,
                queued,
                queuedUpdates,
                updates,
                List.of(),
                List.of(),
                Optional.empty(),
                List.of());
    }

    /** The change of the state that carries it out, with the evaluations that come of it. */
    public Command.ApplyPlan command(List<Evaluation> evaluations, Instant now) {
        return new Command.ApplyPlan(Placements.of(placed), stopped, moved, evaluations, deployment, ended, now);
    }
}
