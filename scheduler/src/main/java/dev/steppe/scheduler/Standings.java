package dev.steppe.scheduler;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.JobSpec;
import dev.steppe.model.Node;
import dev.steppe.model.NodeScore;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.model.TaskGroup;
import dev.steppe.state.Fleet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * All nodes where one more instance of a group fits, in the order of their scores. Every node is looked at once; from then on
 * only those that the plan changes. Where megahertz and megabytes decide, a look reads the columns of the fleet and no node.
 */
final class Standings {
    private static final int NOT_OPEN = -1;
    private static final int FILTERED = -2;
    private static final int EXHAUSTED = -3;

    private final Fleet fleet;
    private final Holdings holdings;
    private final TaskGroup group;
    private final Fit fit;
    private final Rank rank;
    private final boolean byColumns;
    private final boolean plain;
    private final Feasibility feasibility;
    private final Answers answers;
    private final DistinctFit.Placed placed;
    private final boolean limited;
    private final Neighbours neighbours;
    /** The seats where the job has instances, or had some earlier in the plan. */
    private final BitSet shared = new BitSet();

    private final Ranking ranking;
    /** The bucket a seat is in, or why it is in none. */
    private final int[] places;

    /** What exhausted seats have too little of. */
    private final String[] lacks;

    /** For each kind of node what affinities say, where they say the same of all of a kind. */
    private final double[] wishes;

    /** How many parts the score of a node has on which nothing of the group runs. */
    private final int usualParts;

    /**
     * Looks at every node.
     *
     * @param fragmentation what jobs ask of devices, where what is left of them decides
     * @param holdings what is held, with the plan so far
     * @param ofJob the instances the job will have, with the plan so far
     * @param salt decides among nodes of equal score
     */
    Standings(
            JobSpec job,
            TaskGroup group,
            SchedulerConfiguration configuration,
            Optional<Fragmentation> fragmentation,
            Fleet fleet,
            Holdings holdings,
            Iterable<Allocation> ofJob,
            long salt) {
        this.fleet = fleet;
        this.holdings = holdings;
        this.group = group;
        fit = new Fit(group, configuration);
        rank = new Rank(job, group, fit, configuration, fragmentation);
        byColumns = rank.isByColumns();
        plain = byColumns && fit.isPlain();
        feasibility = new Feasibility(job, group);
        answers = new Answers(fleet, feasibility);
        var distinct = new DistinctFit(job, group);
        placed = distinct.new Placed();
        neighbours = new Neighbours(rank.spreads());
        limited = !distinct.properties().isEmpty();
        ranking = new Ranking(fleet, rank, neighbours, distinct.properties(), salt);
        places = new int[fleet.seats()];
        lacks = new String[fleet.seats()];
        wishes = rank.wishes(fleet);
        usualParts = wishes.length == 0 ? 1 : 2;
        ofJob.forEach(allocation -> count(allocation, 1));
        Arrays.fill(places, NOT_OPEN);
        fleet.look(this::lookAtFirst);
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
                .map(answers::refusal)
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
        shared.set(seat.get());
        placed.count(allocation, node, more);
        if (allocation.taskGroup().equals(group.name())) {
            neighbours.count(node, more);
        }
    }

    /** Looks at a seat again, because the plan changes what is there. */
    void look(int seat) {
        if (places[seat] >= 0) {
            ranking.remove(places[seat], seat);
        }
        places[seat] = place(seat);
    }

    /** The first look at a seat, from what lies in the columns where that says all. */
    private void lookAtFirst(
            int seat, int kind, long cpu, long cpuUsed, long memory, long memoryUsed, long disk, long diskUsed) {
        if (!plain || shared.get(seat) || holdings.isChanged(seat)) {
            places[seat] = place(seat);
        } else if (!answers.meets(seat, kind)) {
            places[seat] = FILTERED;
        } else {
            var lack = fit.lack(cpu - cpuUsed, memory - memoryUsed, disk - diskUsed);
            if (lack.isPresent()) {
                lacks[seat] = lack.get();
                places[seat] = EXHAUSTED;
            } else {
                double sum = rank.sum(cpu, cpuUsed, memory, memoryUsed, wish(kind));
                places[seat] = ranking.add(seat, kind, sum, usualParts);
            }
        }
    }

    /** What affinities add to the scores of a kind of node. */
    private double wish(int kind) {
        return wishes.length == 0 ? 0 : wishes[kind];
    }

    private int place(int seat) {
        if (!fleet.isOpen(seat)) {
            return NOT_OPEN;
        }
        int kind = fleet.kind(seat);
        if (!answers.meets(seat, kind)
                || shared.get(seat) && placed.hostRefusal(fleet.node(seat)).isPresent()) {
            return FILTERED;
        }
        var lack = lack(seat);
        if (lack.isPresent()) {
            lacks[seat] = lack.get();
            return EXHAUSTED;
        }
        if (byColumns && !shared.get(seat)) {
            double sum = rank.sum(
                    fleet.cpu(seat), holdings.cpu(seat), fleet.memory(seat), holdings.memory(seat), wish(kind));
            return ranking.add(seat, kind, sum, usualParts);
        }
        var own = rank.own(fleet.node(seat), holdings.on(seat), neighbours, false);
        return ranking.add(seat, kind, own.sum(), own.parts());
    }

    /** What a seat has too little of, as the counts call it. */
    private Optional<String> lack(int seat) {
        if (!fit.isAlike()) {
            return fit.lack(fleet.node(seat), holdings.on(seat));
        }
        var lack = fit.lack(
                fleet.cpu(seat) - holdings.cpu(seat),
                fleet.memory(seat) - holdings.memory(seat),
                fleet.disk(seat) - holdings.disk(seat));
        return lack.isPresent() || fit.isPlain() ? lack : fit.lackOfThings(fleet.node(seat), holdings.on(seat));
    }

    /** The best node; one where the instance to be replaced failed is {@code penalized}. Empty where none fits. */
    Optional<Ranking.Best> best(Set<Integer> penalized) {
        var worseOff = new ArrayList<Ranking.Best>();
        for (int seat : penalized) {
            var node = fleet.node(seat);
            if (places[seat] >= 0 && placed.propertyRefusal(node).isEmpty()) {
                var own = rank.own(node, holdings.on(seat), neighbours, true);
                worseOff.add(new Ranking.Best(seat, own.with(rank.spread(node, neighbours))));
            }
        }
        return aside(penalized, () -> ranking.best(this::isOpen, worseOff));
    }

    /** An answer of the ranking without these seats. */
    private <T> T aside(Set<Integer> seats, Supplier<T> asked) {
        for (int seat : seats) {
            if (places[seat] >= 0) {
                ranking.remove(places[seat], seat);
            }
        }
        var answer = asked.get();
        for (int seat : seats) {
            if (places[seat] >= 0) {
                places[seat] = place(seat);
            }
        }
        return answer;
    }

    /** Whether limits let another instance onto the nodes of a bucket. */
    private boolean isOpen(Ranking.Bucket bucket) {
        return placed.propertyRefusal(bucket.example()).isEmpty();
    }

    /** The counts of all nodes, and the scores of the best, among which are those that are {@code penalized}. */
    AllocationMetric metric(Set<Integer> penalized) {
        return metric(new Explanation(), penalized);
    }

    /** The same with what was said of single nodes. */
    AllocationMetric metric(Explanation said, Set<Integer> penalized) {
        var explanation = new Explanation();
        explanation.sayAs(said);
        new Counting(explanation).countAll();
        aside(penalized, () -> ranking.scores(this::isOpen, seat -> score(seat, false)))
                .forEach(explanation::scored);
        for (int seat : penalized) {
            if (places[seat] >= 0 && placed.propertyRefusal(fleet.node(seat)).isEmpty()) {
                explanation.scored(score(seat, true));
            }
        }
        return explanation.metric();
    }

    private NodeScore score(int seat, boolean penalized) {
        return rank.score(fleet.node(seat), holdings.on(seat), neighbours, penalized, Optional.empty());
    }

    /** Counts seats by the kinds of their nodes, since all that is told of a count is the same for a kind. */
    private final class Counting {
        private final Explanation explanation;
        private final List<Optional<Refusal>> limits = ranking.buckets().stream()
                .map(bucket -> placed.propertyRefusal(bucket.example()))
                .toList();
        private final int[] examples = new int[fleet.kinds()];
        private final int[] fitting = new int[fleet.kinds()];
        private final int[] filtered = new int[fleet.kinds()];
        private final Map<String, int[]> exhausted = new HashMap<>();

        Counting(Explanation explanation) {
            this.explanation = explanation;
        }

        void countAll() {
            for (int seat = 0; seat < places.length; seat++) {
                if (fleet.isPresent(seat)) {
                    examples[fleet.kind(seat)] = seat;
                    count(seat);
                }
            }
            for (int kind = 0; kind < examples.length; kind++) {
                tell(kind);
            }
        }

        private void count(int seat) {
            int kind = fleet.kind(seat);
            switch (places[seat]) {
                case NOT_OPEN -> explanation.unavailable(1);
                case EXHAUSTED -> {
                    // limits come before room, as in a look at the node itself
                    var limit = limited ? placed.propertyRefusal(fleet.node(seat)) : Optional.<Refusal>empty();
                    if (limit.isPresent()) {
                        explanation.filtering(fleet.node(seat), 1).accept(limit.get());
                    } else {
                        exhausted.computeIfAbsent(lacks[seat], lack -> new int[fitting.length])[kind]++;
                    }
                }
                case FILTERED -> {
                    if (answers.isByKind() && !answers.meets(seat, kind)) {
                        filtered[kind]++;
                    } else {
                        filtered(fleet.node(seat)).ifPresent(explanation.filtering(fleet.node(seat), 1));
                    }
                }
                default -> {
                    var limit = limits.get(places[seat]);
                    if (limit.isEmpty()) {
                        fitting[kind]++;
                    } else {
                        explanation.filtering(fleet.node(seat), 1).accept(limit.get());
                    }
                }
            }
        }

        private void tell(int kind) {
            if (fitting[kind] > 0) {
                explanation.fitting(fleet.node(examples[kind]), fitting[kind]);
            }
            if (filtered[kind] > 0) {
                answers.refusal(examples[kind])
                        .ifPresent(explanation.filtering(fleet.node(examples[kind]), filtered[kind]));
            }
            exhausted.forEach((lack, counts) -> {
                if (counts[kind] > 0) {
                    explanation.exhausted(fleet.node(examples[kind]), lack, counts[kind]);
                }
            });
        }
    }
}
