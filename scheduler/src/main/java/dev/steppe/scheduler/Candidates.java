package dev.steppe.scheduler;

import dev.steppe.model.AllocatedResources;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.Spread;
import dev.steppe.state.Command;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** The nodes as they will be when the plan so far is applied, and the choice of one for the next instance. */
final class Candidates {
    private final Snapshot snapshot;
    private final TreeMap<NodeId, NodeUsage> changed = new TreeMap<>();
    private final List<Allocation> ofJob = new ArrayList<>();
    private final TreeSet<AllocationId> leaving = new TreeSet<>();
    private final TreeMap<String, Integer> evictedPerGroup = new TreeMap<>();
    private final TreeMap<String, TreeMap<NodeId, Optional<Refusal>>> feasibilityByGroup = new TreeMap<>();

    /** The node chosen with what the instance gets there and who has to make room, or nothing and why. */
    record Choice(
            Optional<Node> node,
            Optional<AllocatedResources> resources,
            List<Allocation> victims,
            AllocationMetric metric) {}

    Candidates(Snapshot snapshot, Job job, List<Command.Stop> stopped) {
        this.snapshot = snapshot;
        stopped.forEach(stop -> leaving.add(stop.allocation()));
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            if (allocation.isTerminal()) {
                continue;
            }
            if (leaving.contains(allocation.id())) {
                changed.put(allocation.nodeId(), usage(allocation.nodeId()).minus(allocation));
            } else {
                ofJob.add(allocation);
            }
        }
    }

    private NodeUsage usage(NodeId node) {
        var changedUsage = changed.get(node);
        return changedUsage == null ? snapshot.usage(node) : changedUsage;
    }

    /** The instance will be stopped: what it holds is free. */
    void free(Allocation allocation) {
        if (ofJob.removeIf(it -> it.id().equals(allocation.id()))) {
            changed.put(allocation.nodeId(), usage(allocation.nodeId()).minus(allocation));
        }
    }

    /** The instance stays after all. */
    void holdAgain(Allocation allocation) {
        take(allocation);
    }

    void take(Allocation allocation) {
        ofJob.add(allocation);
        changed.put(allocation.nodeId(), usage(allocation.nodeId()).plus(allocation));
    }

    /** An instance of another job will make room. */
    void evict(Allocation victim) {
        leaving.add(victim.id());
        evictedPerGroup.merge(Preemption.groupOf(victim), 1, Integer::sum);
        changed.put(victim.nodeId(), usage(victim.nodeId()).minus(victim));
    }

    /** The best of all nodes where the instance fits; where none is, the best of those where others may be evicted for it. */
    Choice choose(Missing instance, RandomGenerator random) {
        var search = new Search(instance, random);
        for (Node node : snapshot.nodes()) {
            search.look(node);
        }
        if (search.best.isEmpty()
                && snapshot.schedulerConfiguration()
                        .preemption()
                        .isFor(instance.job().spec().type())) {
            search.lookAtExhausted();
        }
        return search.choice();
    }

    /** The search of a place for one instance. */
    private final class Search {
        private final Missing instance;
        private final RandomGenerator random;
        private final Fit fit;
        private final Rank rank;
        private final Rank.Neighbours neighbours;
        private final Feasibility feasibility;
        private final DistinctFit distinct;
        private final DistinctFit.Placed placed;
        private final TreeMap<NodeId, Optional<Refusal>> known;
        private final Explanation explanation = new Explanation();
        private final List<Node> exhausted = new ArrayList<>();
        private Optional<Node> best = Optional.empty();
        private Optional<Preemption.Victims> victims = Optional.empty();
        private double bestScore = Double.NEGATIVE_INFINITY;
        private int equals;

        Search(Missing instance, RandomGenerator random) {
            this.instance = instance;
            this.random = random;
            var wanted = instance.job().spec();
            var group = instance.group();
            var configuration = snapshot.schedulerConfiguration();
            fit = new Fit(group, configuration);
            rank = new Rank(wanted, group, fit, configuration);
            neighbours = neighbours(instance, rank.spreads());
            feasibility = new Feasibility(wanted, group);
            distinct = new DistinctFit(wanted, group);
            placed = distinct.look(ofJob, snapshot);
            known = feasibilityByGroup.computeIfAbsent(
                    instance.job().version() + "/" + group.name(), name -> new TreeMap<>());
        }

        void look(Node node) {
            if (!node.isEligible()
                    || instance.pinned().filter(pin -> !pin.equals(node.id())).isPresent()) {
                explanation.unavailable(node);
                return;
            }
            var usage = usage(node.id());
            var filtered = known.computeIfAbsent(node.id(), id -> feasibility.refusal(node))
                    .or(() -> distinct.refusal(node, placed));
            var refusal = filtered.or(() -> fit.refusal(node, usage));
            explanation.evaluated(node, refusal);
            if (refusal.isEmpty()) {
                weigh(node, usage, Optional.empty());
            } else if (filtered.isEmpty()) {
                exhausted.add(node);
            }
        }

        void lookAtExhausted() {
            var preemption = new Preemption(snapshot, instance.job().spec(), fit);
            for (Node node : exhausted) {
                var present = snapshot.allocationsOn(node.id()).stream()
                        .filter(it -> it.holdsResources() && !leaving.contains(it.id()))
                        .toList();
                preemption
                        .on(node, usage(node.id()), present, evictedPerGroup)
                        .ifPresent(found -> weigh(node, found.usage(), Optional.of(found)));
            }
        }

        private void weigh(Node node, NodeUsage usage, Optional<Preemption.Victims> evicting) {
            var score = rank.score(node, usage, neighbours, evicting.map(Preemption.Victims::score));
            explanation.scored(score);
            if (score.normScore() < bestScore) {
                return;
            }
            equals = score.normScore() == bestScore ? equals + 1 : 1;
            if (equals == 1 || random.nextInt(equals) == 0) {
                best = Optional.of(node);
                victims = evicting;
                bestScore = score.normScore();
            }
        }

        Choice choice() {
            var resources = best.map(node -> fit.take(
                    node, victims.map(Preemption.Victims::usage).orElseGet(() -> usage(node.id())), random));
            var evicted = victims.map(Preemption.Victims::allocations).orElse(List.of());
            return new Choice(best, resources, evicted, explanation.metric());
        }
    }

    private Rank.Neighbours neighbours(Missing instance, List<Spread> spreads) {
        var perNode = new TreeMap<String, Integer>();
        var perValue = new TreeMap<String, SortedMap<String, Integer>>();
        for (Allocation allocation : ofJob) {
            if (!allocation.taskGroup().equals(instance.group().name())) {
                continue;
            }
            perNode.merge(allocation.nodeId().value(), 1, Integer::sum);
            var attributes = new TreeSet<String>();
            for (Spread spread : spreads) {
                if (attributes.add(spread.attribute())) {
                    snapshot.node(allocation.nodeId())
                            .flatMap(node -> Target.resolve(spread.attribute(), node))
                            .ifPresent(value -> perValue.computeIfAbsent(spread.attribute(), it -> new TreeMap<>())
                                    .merge(value, 1, Integer::sum));
                }
            }
        }
        var penalized = instance.replaces()
                .filter(old -> old.client().status() == ClientStatus.FAILED)
                .map(old -> List.of(old.nodeId().value()))
                .orElse(List.of());
        return new Rank.Neighbours(perNode, perValue, penalized);
    }
}
