package dev.steppe.scheduler;

import dev.steppe.model.AllocatedResources;
import dev.steppe.model.Allocation;
import dev.steppe.model.Constraint;
import dev.steppe.model.Evaluation;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Whether a blocked evaluation is worth another look because of what changed on nodes. For one evaluation, as long as its
 * job and the scheduler's configuration stay as they are.
 */
public final class Unblocking {
    private static final String PROMISED = "promised";

    private final Job job;
    private final boolean mayEvict;
    private final TreeMap<String, Integer> queued = new TreeMap<>();
    private final List<Wanted> wanted = new ArrayList<>();

    private record Wanted(String group, int count, Feasibility feasibility, Fit fit) {}

    /** What of a node is promised to others that have not been planned yet; {@code wholly} where some of them would evict. */
    public record Promised(List<AllocatedResources> resources, boolean wholly) {
        public static final Promised NOTHING = new Promised(List.of(), false);

        /** What is held or promised of the node. */
        public NodeUsage with(NodeUsage held) {
            var usage = held;
            for (AllocatedResources each : resources) {
                usage = usage.plus(each, PROMISED);
            }
            return usage;
        }

        boolean isNothing() {
            return resources.isEmpty() && !wholly;
        }
    }

    /** What a node is for the evaluation. */
    public sealed interface Answer {
        /** None of its instances would fit there. */
        record No() implements Answer {}

        /** One would fit, were the room not promised to others. */
        record HeldBack() implements Answer {}

        /** This would go to instances of it there; nothing in particular where others have to make room first. */
        record Yes(List<AllocatedResources> taken) implements Answer {
            /** True when others would have to go. */
            public boolean evicts() {
                return taken.isEmpty();
            }
        }
    }

    /** Of the groups that found no place, as each version of the job has them: older ones are placed again while a newer one is on trial. */
    public Unblocking(Snapshot snapshot, Evaluation blocked, Job job) {
        this.job = job;
        var configuration = snapshot.schedulerConfiguration();
        mayEvict = configuration.preemption().isFor(job.spec().type());
        blocked.failedGroups()
                .keySet()
                .forEach(group -> queued.put(
                        group, Math.max(1, blocked.queuedAllocations().getOrDefault(group, 1))));
        for (Job version : snapshot.historyOf(job.key())) {
            for (TaskGroup group : version.spec().taskGroups()) {
                if (queued.containsKey(group.name())) {
                    wanted.add(new Wanted(
                            group.name(),
                            group.count(),
                            new Feasibility(version.spec(), group),
                            new Fit(group, configuration)));
                }
            }
        }
    }

    /** True when those evict whose priority is high enough. */
    public boolean mayEvict() {
        return mayEvict;
    }

    /** True when what ends on one node may make room for it on another. */
    public boolean looksBeyondNodes() {
        return wanted.stream()
                .flatMap(it -> it.feasibility().ofPlacements().stream())
                .map(Constraint::operand)
                .anyMatch("distinct_property"::equals);
    }

    /** A look at nodes as they are in one state. */
    public Look in(Snapshot snapshot, RandomGenerator random) {
        return new Look(snapshot, random);
    }

    /** Asks nodes one by one, until there is room for all that found none. */
    public final class Look {
        private final Snapshot snapshot;
        private final RandomGenerator random;
        private final TreeMap<String, Integer> missing = new TreeMap<>(queued);
        private final TreeMap<NodeId, List<Allocation>> own = new TreeMap<>();

        private Look(Snapshot snapshot, RandomGenerator random) {
            this.snapshot = snapshot;
            this.random = random;
            for (Allocation allocation : snapshot.allocationsOf(job.key())) {
                if (allocation.holdsResources()) {
                    own.computeIfAbsent(allocation.nodeId(), id -> new ArrayList<>())
                            .add(allocation);
                }
            }
        }

        /** True when the nodes that were asked have room for all of it, or when one has where others have to go first. */
        public boolean isServed() {
            return missing.isEmpty();
        }

        /** What the node is for it now, beside what is promised to others. */
        public Answer on(Node node, Promised promised) {
            if (!node.isEligible()) {
                return new Answer.No();
            }
            var there = own.getOrDefault(node.id(), List.of());
            var fitting = wanted.stream()
                    .filter(it -> missing.containsKey(it.group())
                            && !isThereAlready(there, it)
                            && it.feasibility().refusal(node).isEmpty())
                    .toList();
            if (fitting.isEmpty()) {
                return new Answer.No();
            }
            var usage = snapshot.usage(node.id());
            for (Allocation allocation : there) {
                usage = mayBeReplaced(allocation) ? usage.minus(allocation) : usage;
            }
            var answer = promised.wholly() ? new Answer.No() : answer(node, promised.with(usage), fitting);
            boolean heldBack = answer instanceof Answer.No && !promised.isNothing() && hasRoom(node, usage, fitting);
            return heldBack ? new Answer.HeldBack() : answer;
        }

        private boolean hasRoom(Node node, NodeUsage usage, List<Wanted> fitting) {
            return fitting.stream().anyMatch(it -> it.fit().lack(node, usage).isEmpty() || evicts(node, usage, it));
        }

        private Answer answer(Node node, NodeUsage before, List<Wanted> fitting) {
            var taken = new ArrayList<AllocatedResources>();
            var usage = before;
            for (Wanted each : fitting) {
                int left = missing.getOrDefault(each.group(), 0);
                while (left > 0 && each.fit().lack(node, usage).isEmpty()) {
                    taken.add(each.fit().take(node, usage, random));
                    usage = usage.plus(taken.getLast(), PROMISED);
                    left--;
                }
                if (left == 0) {
                    missing.remove(each.group());
                } else {
                    missing.replace(each.group(), left);
                }
            }
            if (!taken.isEmpty()) {
                return new Answer.Yes(List.copyOf(taken));
            }
            if (fitting.stream().anyMatch(it -> evicts(node, before, it))) {
                missing.clear();
                return new Answer.Yes(List.of());
            }
            return new Answer.No();
        }

        private boolean evicts(Node node, NodeUsage usage, Wanted each) {
            if (!mayEvict) {
                return false;
            }
            var present = snapshot.allocationsOn(node.id()).stream()
                    .filter(it -> it.holdsResources() && !mayBeReplaced(it))
                    .toList();
            return new Preemption(snapshot, job.key(), job.spec().priority(), each.fit())
                    .on(node, usage, present, Collections.emptySortedMap())
                    .isPresent();
        }
    }

    /** One that runs everywhere has no more than its count on a node, which is one but for jobs that end. */
    private boolean isThereAlready(List<Allocation> there, Wanted wanted) {
        return job.spec().type().everywhere()
                && there.stream()
                                .filter(it -> it.taskGroup().equals(wanted.group()) && !mayBeReplaced(it))
                                .count()
                        >= wanted.count();
    }

    /** Its own successor takes its place. */
    private boolean mayBeReplaced(Allocation allocation) {
        return allocation.jobKey().equals(job.key())
                && (allocation.jobVersion() != job.version()
                        || allocation.desiredTransition().migrate());
    }
}
