package dev.steppe.scheduler;

import dev.steppe.model.AllocatedResources;
import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationId;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Job;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.state.Command;
import dev.steppe.state.Fleet;
import dev.steppe.state.NodeUsage;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** The nodes as they will be when the plan so far is applied, and the choice of one for the next instance. */
final class Candidates {
    /** So many instances of a group are told exactly what was seen when they were placed; the others what the last of those was. */
    private static final int METRICS_PER_GROUP = 10;

    private final Snapshot snapshot;
    private final Job job;
    private final Fleet fleet;
    private final Optional<Fragmentation> fragmentation;
    private final Holdings holdings;
    private final TreeMap<AllocationId, Allocation> ofJob = new TreeMap<>();
    private final TreeSet<AllocationId> leaving = new TreeSet<>();
    private final TreeMap<String, Integer> evictedPerGroup = new TreeMap<>();
    private final TreeMap<String, Contest> contests = new TreeMap<>();

    /** The node chosen with what the instance gets there and who has to make room, or nothing and why. */
    record Choice(
            Optional<Node> node,
            Optional<AllocatedResources> resources,
            List<Allocation> victims,
            AllocationMetric metric) {}

    /** The instances of one group, which compete for the same nodes. */
    private static final class Contest {
        private final Standings standings;
        private final List<AllocationMetric> metrics = new ArrayList<>();
        private Optional<Choice> hopeless = Optional.empty();

        Contest(Standings standings) {
            this.standings = standings;
        }

        AllocationMetric metric(Set<Integer> penalized) {
            if (metrics.size() < METRICS_PER_GROUP) {
                metrics.add(standings.metric(penalized));
            }
            return metrics.getLast();
        }
    }

    Candidates(Snapshot snapshot, Job job, List<Command.Stop> stopped) {
        this.snapshot = snapshot;
        this.job = job;
        fleet = snapshot.fleet();
        holdings = new Holdings(fleet);
        fragmentation = Fragmentation.of(snapshot);
        stopped.forEach(stop -> leaving.add(stop.allocation()));
        for (Allocation allocation : snapshot.allocationsOf(job.key())) {
            if (allocation.isTerminal()) {
                continue;
            }
            if (leaving.contains(allocation.id())) {
                use(allocation.nodeId(), usage(allocation.nodeId()).minus(allocation));
            } else {
                ofJob.put(allocation.id(), allocation);
            }
        }
    }

    private NodeUsage usage(NodeId node) {
        return fleet.seatOf(node).map(holdings::on).orElse(NodeUsage.NONE);
    }

    private void use(NodeId node, NodeUsage usage) {
        fleet.seatOf(node).ifPresent(seat -> {
            holdings.put(seat, usage);
            contests.values().forEach(contest -> {
                contest.hopeless = Optional.empty();
                contest.standings.look(seat);
            });
        });
    }

    /** The instance will be stopped: what it holds is free. */
    void free(Allocation allocation) {
        if (ofJob.remove(allocation.id()) != null) {
            contests.values().forEach(contest -> contest.standings.count(allocation, -1));
            use(allocation.nodeId(), usage(allocation.nodeId()).minus(allocation));
        }
    }

    /** The instance stays after all. */
    void holdAgain(Allocation allocation) {
        take(allocation);
    }

    void take(Allocation allocation) {
        ofJob.put(allocation.id(), allocation);
        contests.values().forEach(contest -> contest.standings.count(allocation, 1));
        use(allocation.nodeId(), usage(allocation.nodeId()).plus(allocation));
    }

    /** An instance of another job will make room. */
    void evict(Allocation victim) {
        leaving.add(victim.id());
        evictedPerGroup.merge(Preemption.groupOf(victim), 1, Integer::sum);
        use(victim.nodeId(), usage(victim.nodeId()).minus(victim));
    }

    /** The best of all nodes where the instance fits; where none is, the best of those where others may be evicted for it. */
    Choice choose(Missing instance, RandomGenerator random) {
        var contest = contest(instance, random);
        if (instance.pinned().isPresent()) {
            return new Inspection(instance, contest.standings).choice(random);
        }
        var penalized = penalized(instance);
        var best = contest.standings.best(penalized);
        if (best.isPresent()) {
            var node = fleet.node(best.get().seat());
            var resources =
                    contest.standings.fit().take(node, holdings.on(best.get().seat()), random);
            return new Choice(Optional.of(node), Optional.of(resources), List.of(), contest.metric(penalized));
        }
        if (contest.hopeless.isEmpty()) {
            var choice = new Inspection(instance, contest.standings).choice(random);
            if (choice.node().isPresent()) {
                return choice;
            }
            contest.hopeless = Optional.of(choice);
        }
        return contest.hopeless.get();
    }

    private Contest contest(Missing instance, RandomGenerator random) {
        String key = instance.job().version() + "/" + instance.group().name();
        return contests.computeIfAbsent(
                key,
                it -> new Contest(new Standings(
                        instance.job().spec(),
                        instance.group(),
                        snapshot.schedulerConfiguration(),
                        fragmentation,
                        fleet,
                        holdings,
                        ofJob.values(),
                        random.nextLong())));
    }

    /** Where the instance to be replaced failed, and those before it, another is worse off than elsewhere. */
    private Set<Integer> penalized(Missing instance) {
        var seats = new TreeSet<Integer>();
        instance.replaces().ifPresent(old -> {
            if (old.client().status() == ClientStatus.FAILED) {
                fleet.seatOf(old.nodeId()).ifPresent(seats::add);
            }
            old.reschedules()
                    .events()
                    .forEach(event -> fleet.seatOf(event.previousNode()).ifPresent(seats::add));
        });
        return seats;
    }

    /** A look at nodes one by one, for what needs more than their order: certain nodes, sentences, and evictions. */
    private final class Inspection {
        private final Missing instance;
        private final Standings standings;
        private final Set<Integer> penalized;
        private final Explanation explanation = new Explanation();
        private final List<Node> exhausted = new ArrayList<>();
        private Optional<Node> best = Optional.empty();
        private Optional<Preemption.Victims> victims = Optional.empty();
        private double bestScore = Double.NEGATIVE_INFINITY;

        Inspection(Missing instance, Standings standings) {
            this.instance = instance;
            this.standings = standings;
            penalized = penalized(instance);
        }

        Choice choice(RandomGenerator random) {
            boolean evicts = snapshot.schedulerConfiguration()
                    .preemption()
                    .isFor(instance.job().spec().type());
            if (instance.pinned().isPresent()) {
                // what the others have does not matter to it
                snapshot.node(instance.pinned().get()).ifPresent(this::look);
            } else if (evicts) {
                snapshot.nodes().forEach(this::look);
            } else {
                return new Choice(Optional.empty(), Optional.empty(), List.of(), refused());
            }
            if (best.isEmpty() && evicts) {
                lookAtExhausted();
            }
            var resources = best.map(node -> standings
                    .fit()
                    .take(node, victims.map(Preemption.Victims::usage).orElseGet(() -> usage(node.id())), random));
            var evicted = victims.map(Preemption.Victims::allocations).orElse(List.of());
            return new Choice(best, resources, evicted, explanation.metric());
        }

        /** Why no node does: the counts are known, and sentences are for the first few nodes. */
        private AllocationMetric refused() {
            for (Node node : snapshot.nodes()) {
                if (explanation.isTold()) {
                    break;
                }
                look(node);
            }
            return standings.metric(explanation, penalized);
        }

        private void look(Node node) {
            if (!node.isEligible()) {
                explanation.unavailable(node);
                return;
            }
            var usage = usage(node.id());
            var filtered = standings.filtered(node);
            if (filtered.isEmpty() && explanation.isTold()) {
                var lack = standings.fit().lack(node, usage);
                if (lack.isPresent()) {
                    explanation.exhausted(node, lack.get(), 1);
                    exhausted.add(node);
                    return;
                }
            }
            var refusal = filtered.or(() -> standings.fit().refusal(node, usage));
            explanation.evaluated(node, refusal);
            if (refusal.isEmpty()) {
                weigh(node, usage, Optional.empty());
            } else if (filtered.isEmpty()) {
                exhausted.add(node);
            }
        }

        private void lookAtExhausted() {
            var preemption = new Preemption(snapshot, job.key(), job.spec().priority(), standings.fit());
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
            boolean worseOff =
                    fleet.seatOf(node.id()).filter(penalized::contains).isPresent();
            var score = standings
                    .rank()
                    .score(node, usage, standings.neighbours(), worseOff, evicting.map(Preemption.Victims::score));
            explanation.scored(score);
            if (score.normScore() > bestScore) {
                best = Optional.of(node);
                victims = evicting;
                bestScore = score.normScore();
            }
        }
    }
}
