package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DisconnectStrategy;
import dev.steppe.model.Lifecycle;
import dev.steppe.model.Node;
import dev.steppe.model.NodeScore;
import dev.steppe.model.Task;
import dev.steppe.model.TaskGroup;
import dev.steppe.model.TaskState;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.Optional;

/** Which of two instances of one name stays: the one that was out of reach and is back, or the one that replaced it. */
final class Reconnection {
    private final Snapshot snapshot;
    private final TaskGroup group;

    Reconnection(Snapshot snapshot, TaskGroup group) {
        this.snapshot = snapshot;
        this.group = group;
    }

    Allocation stays(Allocation original, Allocation replacement) {
        if (original.jobVersion() != replacement.jobVersion()) {
            return original.jobVersion() > replacement.jobVersion() ? original : replacement;
        }
        if (isLeaving(original) != isLeaving(replacement)) {
            return isLeaving(original) ? replacement : original;
        }
        String rule = group.disconnect().map(DisconnectStrategy::reconcile).orElse("best_score");
        boolean originalStays = switch (rule) {
            case "keep_original" -> true;
            case "keep_replacement" -> false;
            case "longest_running" -> isOlder(original, replacement);
            default -> scoresBetter(original, replacement);
        };
        return originalStays ? original : replacement;
    }

    /** It would have to go soon anyway. */
    private boolean isLeaving(Allocation allocation) {
        return allocation.desiredTransition().migrate()
                || snapshot.node(allocation.nodeId()).flatMap(Node::drain).isPresent();
    }

    private static boolean runs(Allocation allocation) {
        return allocation.client().status() == ClientStatus.RUNNING;
    }

    private static boolean scoresBetter(Allocation original, Allocation replacement) {
        if (runs(original) != runs(replacement)) {
            return runs(original);
        }
        return score(original) >= score(replacement);
    }

    /** What its node scored when it was chosen. */
    private static double score(Allocation allocation) {
        return allocation.metrics().map(AllocationMetric::scoreMetaData).stream()
                .flatMap(scores -> scores.stream())
                .filter(score -> score.nodeId().equals(allocation.nodeId()))
                .mapToDouble(NodeScore::normScore)
                .findFirst()
                .orElse(0);
    }

    private boolean isOlder(Allocation original, Allocation replacement) {
        var first = begin(original);
        var second = begin(replacement);
        return second.isEmpty() || (first.isPresent() && !first.get().isAfter(second.get()));
    }

    /** Since when its leader, or the oldest of its main tasks, runs. */
    private Optional<Instant> begin(Allocation allocation) {
        var leader = group.tasks().stream().filter(Task::leader).findFirst();
        return group.tasks().stream()
                .filter(task -> leader.map(task::equals).orElse(isMain(task)))
                .flatMap(task ->
                        Optional.ofNullable(allocation.client().taskStates().get(task.name())).stream())
                .filter(state -> state.status() == dev.steppe.model.TaskStatus.RUNNING)
                .map(TaskState::startedAt)
                .min(Instant::compareTo);
    }

    private static boolean isMain(Task task) {
        return task.lifecycle().map(Lifecycle::hook).map(String::isEmpty).orElse(true);
    }
}
