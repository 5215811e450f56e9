package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Fleet;
import dev.steppe.state.NodeUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * All nodes where one more instance of a group fits, in the order of their scores. Every node is looked at once; from then on
 * only those that the plan changes. Nodes that share the values spreads and limits look at are kept together: what those say is
 * the same for all of them and does not change their order.
 */
final class Standings {
    private static final int NOT_OPEN = -1;
    private static final int FILTERED = -2;
    private static final int EXHAUSTED = -3;
    private static final int SCORES_MAX = 5;

    private final Fleet fleet;
    private final IntFunction<NodeUsage> usages;
    private final long salt;
    private final TaskGroup group;
    private final Fit fit;
    private final boolean plain;
    private final Rank rank;
    private final Feasibility feasibility;
    private final boolean byKind;
    private final DistinctFit.Placed placed;
    private final Neighbours neighbours;
    private final List<String> sharedAttributes;
    private final Map<Integer, Optional<Refusal>> answers = new HashMap<>();
    /** The bucket a seat is in, or why it is in none. */
    private final int[] places;

    /** What exhausted seats have too little of. */
    private final Map<Integer, String> lacks = new HashMap<>();

    private final int[] positions;
    private final double[] sums;
    private final List<Bucket> buckets = new ArrayList<>();
    private final Map<Shared, Integer> bucketOf = new HashMap<>();

    /** Nodes with the same shared values and as many components of score, of which one is an example for all. */
    private record Bucket(Node example, int parts, SeatHeap seats) {}

    private record Shared(List<String> values, int parts) {}

    /** A node that was chosen, with its score. */
    record Best(int seat, double score) {}

    /**
     * Looks at every node.
     *
     * @param fragmentation what jobs ask of devices, where what is left of them decides
     * @param usages what is held on a seat, with the plan so far
     * @param ofJob the instances the job will have, with the plan so far
     * @param salt decides among nodes of equal score
     */
    Standings(
            JobSpec job,
            TaskGroup group,
            SchedulerConfiguration configuration,
            Optional<Fragmentation> fragmentation,
            Fleet fleet,
            IntFunction<NodeUsage> usages,
            Iterable<Allocation> ofJob,
            long salt) {
        this.fleet = fleet;
        this.usages = usages;
        this.salt = salt;
        this.group = group;
        fit = new Fit(group, configuration);
        plain = fit.isPlain();
        rank = new Rank(job, group, fit, configuration, fragmentation);
        feasibility = new Feasibility(job, group);
        byKind = feasibility.isByKind();
        var distinct = new DistinctFit(job, group);
        placed = distinct.new Placed();
        neighbours = new Neighbours(rank.spreads());
        var attributes = new TreeSet<>(distinct.properties());
        rank.spreads().forEach(spread -> attributes.add(spread.attribute()));
        sharedAttributes = List.copyOf(attributes);
        places = new int[fleet.seats()];
        positions = new int[fleet.seats()];
        sums = new double[fleet.seats()];
        Arrays.fill(places, NOT_OPEN);
        ofJob.forEach(allocation -> count(allocation, 1));
        for (int seat = 0; seat < fleet.seats(); seat++) {
            look(seat);
        }
    }

    Fit fit() {
        return fit;
    }

    Rank rank() {
        return rank;
    }

    Neighbours neighbours() {
        return neighbours;
    }

    /** The first condition a node does not meet, whatever it has room for. */
    Optional<Refusal> filtered(Node node) {
        // one that is supposed is not the fleet's, and has no answer yet
        var answer = fleet.seatOf(node.id())
                .filter(seat -> fleet.isPresent(seat) && fleet.node(seat) == node)
                .map(this::answer)
                .orElseGet(() -> feasibility.refusal(node));
        return answer.or(() -> placed.refusal(node));
    }

    /** The job has an instance more ({@code 1}) or less ({@code -1}); its seat is to be looked at after that. */
    void count(Allocation allocation, int more) {
        var seat = fleet.seatOf(allocation.nodeId());
        if (seat.isEmpty() || !fleet.isPresent(seat.get())) {
            return;
        }
        var node = fleet.node(seat.get());
        placed.count(allocation, node, more);
        if (allocation.taskGroup().equals(group.name())) {
            neighbours.count(node, more);
        }
    }

    /** Looks at a seat again, because the plan changes what is there. */
    void look(int seat) {
        if (places[seat] >= 0) {
            buckets.get(places[seat]).seats().remove(seat);
        }
        places[seat] = fleet.isOpen(seat) ? place(seat) : NOT_OPEN;
        if (places[seat] >= 0) {
            buckets.get(places[seat]).seats().add(seat);
        }
    }

    private int place(int seat) {
        var node = fleet.node(seat);
        if (answer(seat).isPresent() || placed.hostRefusal(node).isPresent()) {
            return FILTERED;
        }
        var usage = usages.apply(seat);
        var lack = lack(seat, usage);
        if (lack.isPresent()) {
            lacks.put(seat, lack.get());
            return EXHAUSTED;
        }
        var own = rank.own(node, usage, neighbours, false);
        sums[seat] = own.sum();
        return bucket(node, own.parts());
    }

    private Optional<Refusal> answer(int seat) {
        return byKind
                ? answers.computeIfAbsent(fleet.kind(seat), kind -> feasibility.refusal(fleet.node(seat)))
                : feasibility.refusal(fleet.node(seat));
    }

    /** What a seat has too little of, as the counts call it. */
    private Optional<String> lack(int seat, NodeUsage usage) {
        return plain
                ? fit.plainLack(fleet.cpu(seat), fleet.memory(seat), fleet.disk(seat), usage)
                : fit.lack(fleet.node(seat), usage);
    }

    private int bucket(Node node, int parts) {
        return bucketOf.computeIfAbsent(new Shared(sharedValues(node), parts), shared -> {
            buckets.add(new Bucket(node, parts, new SeatHeap(this::isBetter, positions)));
            return buckets.size() - 1;
        });
    }

    private List<String> sharedValues(Node node) {
        if (sharedAttributes.isEmpty()) {
            return List.of();
        }
        return sharedAttributes.stream()
                .map(attribute -> Target.resolve(attribute, node).orElse(""))
                .toList();
    }

    private boolean isBetter(int one, int other) {
        return sums[one] != sums[other] ? sums[one] > sums[other] : isLuckier(one, other);
    }

    private boolean isLuckier(int one, int other) {
        long luck = luck(one);
        long luckOfOther = luck(other);
        return luck != luckOfOther ? luck < luckOfOther : one < other;
    }

    /** By the node's id, not by its seat, which may be another one on another server (the finalizer of SplitMix64). */
    private long luck(int seat) {
        long mixed = salt ^ fleet.draw(seat) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }

    /** The best node; one where the instance to be replaced failed is {@code penalized}. Empty where none fits. */
    Optional<Best> best(Set<Integer> penalized) {
        var aside = new ArrayList<Best>();
        for (int seat : penalized) {
            if (places[seat] >= 0) {
                var bucket = buckets.get(places[seat]);
                if (placed.propertyRefusal(bucket.example()).isEmpty()) {
                    var node = fleet.node(seat);
                    var own = rank.own(node, usages.apply(seat), neighbours, true);
                    aside.add(new Best(seat, own.with(rank.spread(node, neighbours))));
                }
                bucket.seats().remove(seat);
            }
        }
        Optional<Best> best = Optional.empty();
        for (Bucket bucket : buckets) {
            if (!bucket.seats().isEmpty()
                    && placed.propertyRefusal(bucket.example()).isEmpty()) {
                best = better(best, topOf(bucket));
            }
        }
        for (Best other : aside) {
            best = better(best, other);
        }
        penalized.forEach(seat -> {
            if (places[seat] >= 0) {
                buckets.get(places[seat]).seats().add(seat);
            }
        });
        return best;
    }

    private Best topOf(Bucket bucket) {
        int seat = bucket.seats().top();
        var own = new Rank.Own(sums[seat], bucket.parts());
        return new Best(seat, own.with(rank.spread(bucket.example(), neighbours)));
    }

    private Optional<Best> better(Optional<Best> known, Best other) {
        return known.filter(it ->
                        it.score() > other.score() || it.score() == other.score() && isLuckier(it.seat(), other.seat()))
                .or(() -> Optional.of(other));
    }

    /** The counts of all nodes, and the scores of the best. */
    AllocationMetric metric() {
        var explanation = new Explanation();
        var openOfKind = new int[fleet.kinds()];
        var exampleOfKind = new int[fleet.kinds()];
        for (int seat = 0; seat < fleet.seats(); seat++) {
            if (fleet.isPresent(seat) && places[seat] == NOT_OPEN) {
                explanation.unavailable(1);
            } else if (places[seat] == EXHAUSTED) {
                explanation.exhausted(fleet.node(seat), lacks.getOrDefault(seat, "room"));
            } else if (places[seat] != NOT_OPEN && byKind && isFilteredByKind(seat)) {
                openOfKind[fleet.kind(seat)]++;
                exampleOfKind[fleet.kind(seat)] = seat;
            } else if (places[seat] == FILTERED) {
                filtered(fleet.node(seat)).ifPresent(explanation.filtering(fleet.node(seat), 1));
            }
        }
        for (int kind = 0; kind < openOfKind.length; kind++) {
            if (openOfKind[kind] > 0) {
                answer(exampleOfKind[kind])
                        .ifPresent(explanation.filtering(fleet.node(exampleOfKind[kind]), openOfKind[kind]));
            }
        }
        buckets.forEach(bucket -> tell(bucket, explanation));
        return explanation.metric();
    }

    private boolean isFilteredByKind(int seat) {
        return places[seat] == FILTERED && answer(seat).isPresent();
    }

    private void tell(Bucket bucket, Explanation explanation) {
        if (bucket.seats().isEmpty()) {
            return;
        }
        var refusal = placed.propertyRefusal(bucket.example());
        if (refusal.isPresent()) {
            explanation.filtering(bucket.example(), bucket.seats().size()).accept(refusal.get());
            return;
        }
        explanation.fitting(bucket.example(), bucket.seats().size());
        for (int seat : bucket.seats().best(SCORES_MAX)) {
            explanation.scored(rank.score(fleet.node(seat), usages.apply(seat), neighbours, false, Optional.empty()));
        }
    }
}
