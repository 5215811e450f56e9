package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Snapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * What nodes mean for the instances of a job: which are lost or move, which are out of reach, and, when one that was
 * replaced is there again, which of the two stays. What is found goes to the changes of the evaluation.
 */
record NodeFates(Snapshot snapshot, Instant now, Changes changes) {

    /** Puts down what becomes of a wanted instance; false when another is to take its name. */
    boolean keepsItsName(Allocation allocation, TaskGroup group) {
        return switch (NodeFate.of(snapshot.node(allocation.nodeId()), allocation, known(allocation, group), now)) {
            // of one that was replaced and has not told yet what it does, nothing is decided
            case NodeFate.Stays stays ->
                allocation.client().status() != ClientStatus.UNKNOWN
                        || allocation.next().isEmpty();
            case NodeFate.Migrates migrates -> {
                changes.migrate(allocation);
                yield false;
            }
            case NodeFate.Lost lost -> {
                changes.lose(allocation);
                yield false;
            }
            case NodeFate.Awaited awaited -> {
                changes.outOfReach(allocation);
                awaited.until().ifPresent(changes::givenUpAt);
                yield true;
            }
            case NodeFate.Covered covered -> {
                changes.outOfReach(allocation);
                changes.givenUpAt(covered.until());
                yield false;
            }
        };
    }

    /** The group as its node knows it: a silent node goes by what it was told last, whatever the newest version says. */
    private TaskGroup known(Allocation allocation, TaskGroup newest) {
        return snapshot.jobOf(allocation)
                .flatMap(job -> job.spec().group(allocation.taskGroup()))
                .orElse(newest);
    }

    /**
     * Leaves one instance of each name: where one came back that had been replaced, the group's {@code reconcile} says
     * which. What has run its course while it was out of reach needs no replacement.
     */
    List<Allocation> reconnected(List<Allocation> running, SortedSet<String> finished, TaskGroup group) {
        var byName = new TreeMap<String, List<Allocation>>();
        running.forEach(it ->
                byName.computeIfAbsent(it.name(), name -> new ArrayList<>()).add(it));
        var left = new ArrayList<Allocation>();
        byName.forEach((name, ofName) -> {
            if (finished.contains(name)) {
                ofName.forEach(changes::stopReconnected);
            } else {
                left.add(ofName.size() == 1 ? ofName.getFirst() : winner(ofName, group));
            }
        });
        left.sort(Comparator.comparingInt(Allocation::index).thenComparing(Allocation::createIndex));
        return left;
    }

    /** The others are stopped, and the one that stays has the newest epoch. */
    private Allocation winner(List<Allocation> ofName, TaskGroup group) {
        var byEpoch = new ArrayList<>(ofName);
        byEpoch.sort(Comparator.comparingLong(Allocation::epoch).thenComparing(Allocation::createIndex));
        var newest = byEpoch.getLast();
        var winner = byEpoch.getFirst();
        for (Allocation replacement : byEpoch.subList(1, byEpoch.size())) {
            winner = new Reconnection(snapshot, group).stays(winner, replacement);
        }
        for (Allocation other : byEpoch) {
            if (other != winner) {
                changes.stopReconnected(other);
            }
        }
        if (winner != newest) {
            changes.resume(winner, newest.epoch() + 1);
        }
        return winner;
    }
}
