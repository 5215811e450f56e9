package dev.steppe.scheduler;

import dev.steppe.model.AllocatedResources;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Constraint;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeScore;
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
    private final TreeMap<String, TreeMap<NodeId, Optional<Refusal>>> feasibilityByGroup = new TreeMap<>();

    /** The node chosen with what the instance gets there, or nothing and why. */
    record Choice(Optional<Node> node, Optional<AllocatedResources> resources, AllocationMetric metric) {}

    Candidates(Snapshot snapshot, Job job, List<Command.Stop> stopped) {
        this.snapshot = snapshot;
        var stopping = new TreeSet<AllocationId>();
        stopped.forEach(stop -> stopping.add(stop.allocation()));
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            if (allocation.isTerminal()) {
                continue;
            }
            if (stopping.contains(allocation.id())) {
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

    Choice choose(Missing instance, RandomGenerator random) {
        var wanted = instance.job().spec();
        var group = instance.group();
        var fit = new Fit(group);
        var rank = new Rank(wanted, group, fit);
        var neighbours = neighbours(instance, rank.spreads());
        var feasibility = new Feasibility(wanted, group);
        var known = feasibilityByGroup.computeIfAbsent(
                instance.job().version() + "/" + group.name(), name -> new TreeMap<>());
        var explanation = new Explanation();
        Optional<Node> best = Optional.empty();
        double bestScore = Double.NEGATIVE_INFINITY;
        int equals = 0;
        for (Node node : snapshot.nodes()) {
            if (!node.isEligible()
                    || instance.pinned().filter(pin -> !pin.equals(node.id())).isPresent()) {
                explanation.unavailable(node);
                continue;
            }
            var usage = usage(node.id());
            var refusal = known.computeIfAbsent(node.id(), id -> feasibility.refusal(node))
                    .or(() -> placementRefusal(feasibility, node))
                    .or(() -> fit.refusal(node, usage));
            explanation.evaluated(node, refusal);
            if (refusal.isPresent()) {
                continue;
            }
            NodeScore score = rank.score(node, usage, neighbours);
            explanation.scored(score);
            equals = score.normScore() == bestScore ? equals + 1 : 1;
            if (score.normScore() > bestScore || (equals > 1 && random.nextInt(equals) == 0)) {
                best = Optional.of(node);
                bestScore = score.normScore();
            }
        }
        var resources = best.map(node -> fit.take(node, usage(node.id()), random));
        return new Choice(best, resources, explanation.metric());
    }

    private Optional<Refusal> placementRefusal(Feasibility feasibility, Node node) {
        if (feasibility.wantsDistinctHosts()) {
            var here = ofJob.stream()
                    .filter(allocation -> allocation.nodeId().equals(node.id()))
                    .findFirst();
            if (here.isPresent()) {
                return Optional.of(Refusal.filtered(
                        "distinct_hosts",
                        "distinct_hosts: allocation " + here.get().name() + " of the job is there already"));
            }
        }
        for (Constraint constraint : feasibility.distinctProperties()) {
            var refusal = propertyRefusal(constraint, node);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> propertyRefusal(Constraint constraint, Node node) {
        var value = Target.resolve(constraint.leftTarget(), node);
        if (value.isEmpty()) {
            return Optional.of(Refusal.filtered(
                    "distinct_property " + constraint.leftTarget(),
                    "distinct_property: the node has no " + constraint.leftTarget()));
        }
        long limit = constraint.rightTarget().isEmpty() ? 1 : Long.parseLong(constraint.rightTarget());
        long used = ofJob.stream()
                .flatMap(allocation -> snapshot.node(allocation.nodeId()).stream())
                .filter(other -> Target.resolve(constraint.leftTarget(), other).equals(value))
                .count();
        return used < limit
                ? Optional.empty()
                : Optional.of(Refusal.filtered(
                        "distinct_property: " + constraint.leftTarget() + "=" + value.get() + " used by " + used
                                + " allocs",
                        "distinct_property: " + constraint.leftTarget() + " = \"" + value.get() + "\" has " + used
                                + " instances of at most " + limit));
    }

    private Rank.Neighbours neighbours(Missing instance, List<Spread> spreads) {
        var perNode = new TreeMap<String, Integer>();
        var perValue = new TreeMap<String, SortedMap<String, Integer>>();
        for (Allocation allocation : ofJob) {
            if (!allocation.taskGroup().equals(instance.group().name())) {
                continue;
            }
            perNode.merge(allocation.nodeId().value(), 1, Integer::sum);
            for (Spread spread : spreads) {
                snapshot.node(allocation.nodeId())
                        .flatMap(node -> Target.resolve(spread.attribute(), node))
                        .ifPresent(value -> perValue.computeIfAbsent(spread.attribute(), it -> new TreeMap<>())
                                .merge(value, 1, Integer::sum));
            }
        }
        var penalized = instance.replaces()
                .filter(old -> old.client().status() == ClientStatus.FAILED)
                .map(old -> List.of(old.nodeId().value()))
                .orElse(List.of());
        return new Rank.Neighbours(perNode, perValue, penalized);
    }
}
