package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.steppe.model.Allocation;
import dev.steppe.model.AllocationMetric;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.Node;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeScore;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Proves that the kept order of nodes is the order that looking at every node anew would give. */
class StandingsTest {
    private static final int NODES = 24;

    /** What somebody finds who looks at every node with the plan so far. */
    private static AllocationMetric lookAtAll(Snapshot snapshot, Standings standings, Holdings holdings) {
        var found = new Explanation();
        for (Node node : snapshot.nodes()) {
            var usage = holdings.on(seat(snapshot, node.id()));
            if (!node.isEligible()) {
                found.unavailable(node);
                continue;
            }
            var refusal = standings.filtered(node).or(() -> standings.fit().refusal(node, usage));
            found.evaluated(node, refusal);
            if (refusal.isEmpty()) {
                found.scored(standings.rank().score(node, usage, standings.neighbours(), false, Optional.empty()));
            }
        }
        return found.metric();
    }

    /** The counts and the best scores are those that somebody finds who looks at every node; so is the best of all. */
    private static void compare(Optional<Ranking.Best> best, AllocationMetric metric, AllocationMetric expected) {
        var scores = expected.scoreMetaData().stream().map(NodeScore::normScore).toList();
        assertThat(metric.scoreMetaData().stream().map(NodeScore::normScore).toList())
                .usingElementComparator((one, other) -> Math.abs(one - other) < 1e-9 ? 0 : Double.compare(one, other))
                .isEqualTo(scores);
        assertThat(best.map(Ranking.Best::score).orElse(Double.NEGATIVE_INFINITY))
                .isEqualTo(scores.isEmpty() ? Double.NEGATIVE_INFINITY : scores.getFirst(), within(1e-9));
        assertThat(metric.nodesEvaluated()).isEqualTo(expected.nodesEvaluated());
        assertThat(metric.nodesInPool()).isEqualTo(NODES);
        assertThat(metric.nodesFiltered()).isEqualTo(expected.nodesFiltered());
        assertThat(metric.nodesExhausted()).isEqualTo(expected.nodesExhausted());
        assertThat(metric.nodesAvailable()).isEqualTo(expected.nodesAvailable());
        assertThat(metric.classFiltered()).isEqualTo(expected.classFiltered());
        assertThat(metric.constraintFiltered()).isEqualTo(expected.constraintFiltered());
        assertThat(metric.classExhausted()).isEqualTo(expected.classExhausted());
        assertThat(metric.dimensionExhausted()).isEqualTo(expected.dimensionExhausted());
    }

    @Test
    void the_best_node_has_the_best_score_of_all_whatever_was_placed_and_stopped_before() {
        int placedInAll = 0;
        for (int seed = 0; seed < 150; seed++) {
            var town = new Towns(seed);
            var cluster = new TestCluster();
            for (int i = 0; i < NODES; i++) {
                cluster.node(town.node(i));
            }
            for (int number = 0; number < 6; number++) {
                cluster.register(town.job(number, 50));
                cluster.schedule("j" + number);
            }
            cluster.eligibility("n%03d".formatted(seed % NODES), "ineligible");
            cluster.register(town.job(6, 50));
            placedInAll += place(cluster.snapshot(), seed);
        }
        assertThat(placedInAll).isGreaterThan(300);
    }

    /** Places and stops instances of the last job for a while, and compares after each step. */
    private static int place(Snapshot snapshot, int seed) {
        var random = new SplittableRandom(seed);
        var fleet = snapshot.fleet();
        var job = snapshot.job(new JobKey("default", new JobId("j6"))).orElseThrow();
        var group = job.spec().taskGroups().getFirst();
        var holdings = new Holdings(fleet);
        var standings = new Standings(
                job.spec(),
                group,
                snapshot.schedulerConfiguration(),
                seed % 3 == 0 ? Optional.of(new Fragmentation(snapshot.demand())) : Optional.empty(),
                fleet,
                holdings,
                List.of(),
                seed);
        var model = snapshot.allocations().iterator().next();
        var live = new ArrayList<Allocation>();
        int placed = 0;
        for (int step = 0; step < 12; step++) {
            var best = standings.best(Set.of());
            compare(best, standings.metric(Set.of()), lookAtAll(snapshot, standings, holdings));
            if (best.isPresent() && (live.isEmpty() || random.nextInt(3) > 0)) {
                int seat = best.get().seat();
                var node = fleet.node(seat);
                var own = standings.fit().take(node, holdings.on(seat), random);
                var allocation = model.placed(
                        new dev.steppe.model.AllocationId("a" + step),
                        "j6." + group.name() + "[" + step + "]",
                        node.id(),
                        node.spec().name(),
                        Optional.empty(),
                        1,
                        own,
                        Optional.empty());
                live.add(allocation);
                holdings.put(seat, holdings.on(seat).plus(allocation));
                standings.count(allocation, 1);
                standings.look(seat);
                placed++;
            } else if (!live.isEmpty()) {
                var leaving = live.remove(random.nextInt(live.size()));
                int seat = seat(snapshot, leaving.nodeId());
                holdings.put(seat, holdings.on(seat).minus(leaving));
                standings.count(leaving, -1);
                standings.look(seat);
            }
        }
        return placed;
    }

    private static int seat(Snapshot snapshot, NodeId node) {
        return snapshot.fleet().seatOf(node).orElseThrow();
    }

    @Test
    void equals_are_chosen_by_the_seed_and_not_by_their_order() {
        var cluster = new TestCluster();
        for (int i = 0; i < 40; i++) {
            cluster.node("n" + i, "dc1");
        }
        cluster.register("""
                {"ID":"web","Name":"web","Type":"service","TaskGroups":[{"Name":"g",
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""");
        var snapshot = cluster.snapshot();
        var job = snapshot.job(new JobKey("default", new JobId("web"))).orElseThrow();
        var chosen = new java.util.TreeSet<Integer>();
        for (int salt = 0; salt < 60; salt++) {
            var first =
                    standings(snapshot, job, salt).best(Set.of()).orElseThrow().seat();
            assertThat(standings(snapshot, job, salt)
                            .best(Set.of())
                            .orElseThrow()
                            .seat())
                    .isEqualTo(first);
            chosen.add(first);
        }
        assertThat(chosen).hasSizeGreaterThan(20);
    }

    private static Standings standings(Snapshot snapshot, dev.steppe.model.Job job, long salt) {
        return new Standings(
                job.spec(),
                job.spec().taskGroups().getFirst(),
                snapshot.schedulerConfiguration(),
                Optional.empty(),
                snapshot.fleet(),
                new Holdings(snapshot.fleet()),
                List.of(),
                salt);
    }
}
