package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every plan, whatever the cluster and the jobs: forty towns from seeds, each with more jobs than room. */
class PlacementPropertiesTest {
    private static final int TOWNS = 40;

    /** A town with its jobs planned one after the other; what comes of each plan is told. */
    private static TestCluster town(long seed, boolean preempting, BiConsumer<Snapshot, Plan> planned) {
        var towns = new Towns(seed);
        var random = new SplittableRandom(seed);
        var cluster = new TestCluster();
        cluster.configure("""
                {"SchedulerAlgorithm":"%s","PreemptionConfig":{"SysBatchSchedulerEnabled":true,
                 "BatchSchedulerEnabled":%2$b,"ServiceSchedulerEnabled":%2$b}}""".formatted(SchedulerConfiguration.ALGORITHMS.get((int) (seed % 3)), preempting));
        for (int node = 2 + random.nextInt(8); node > 0; node--) {
            cluster.apply(new Command.RegisterNode(
                    TestCluster.read(NodeSpec.class, towns.node(node)), List.of(), TestCluster.NOW));
        }
        int[] priorities = {20, 25, 40, 50, 55, 90};
        for (int job = 0; job < 14; job++) {
            var spec = TestCluster.read(JobSpec.class, towns.job(job, priorities[random.nextInt(priorities.length)]));
            cluster.register(spec);
            var before = cluster.snapshot();
            planned.accept(before, cluster.schedule("j" + job));
        }
        return cluster;
    }

    private static TestCluster town(long seed, boolean preempting) {
        return town(seed, preempting, (before, plan) -> {});
    }

    @Test
    void nobody_is_evicted_by_an_equal_or_a_lower_priority_or_in_vain() {
        for (long seed = 1; seed <= TOWNS; seed++) {
            town(seed, true, TownRules::assertEvictsOnlyLower);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_node_gives_more_than_it_has_of_anything(boolean preempting) {
        for (long seed = 1; seed <= TOWNS; seed++) {
            var snapshot = town(seed, preempting).snapshot();
            TownRules.assertNothingIsOverCommitted(snapshot);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void constraints_hold_for_everything_that_was_placed(boolean preempting) {
        for (long seed = 1; seed <= TOWNS; seed++) {
            var snapshot = town(seed, preempting).snapshot();
            for (Job job : snapshot.jobs()) {
                snapshot.allocationsOf(job.key()).stream()
                        .filter(Allocation::holdsResources)
                        .forEach(it -> TownRules.assertFits(
                                job.spec(), snapshot.node(it.nodeId()).orElseThrow(), it));
                TownRules.assertPlacedApart(snapshot, job);
            }
        }
    }

    @Test
    void the_towns_are_full_enough_that_somebody_has_to_go() {
        long evicted = 0;
        for (long seed = 1; seed <= TOWNS; seed++) {
            evicted += all(town(seed, true).snapshot()).stream()
                    .filter(it -> it.preemptedBy().isPresent())
                    .count();
        }
        assertThat(evicted).isGreaterThan(TOWNS);
    }

    @Test
    void the_towns_have_devices_that_several_share() {
        long shared = 0;
        for (long seed = 1; seed <= TOWNS; seed++) {
            var snapshot = town(seed, false).snapshot();
            for (var node : snapshot.nodes()) {
                shared += snapshot.usage(node.id()).devices().values().stream()
                        .filter(use -> use.holders().size() > 1)
                        .count();
            }
        }
        assertThat(shared).isGreaterThan(5);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void equal_seeds_give_equal_plans(long seed) {
        var one = town(seed, true).snapshot();
        var two = town(seed, true).snapshot();
        assertThat(all(one)).isEqualTo(all(two)).isNotEmpty();
    }

    private static List<Allocation> all(Snapshot snapshot) {
        var found = new ArrayList<Allocation>();
        snapshot.allocations().forEach(found::add);
        return found;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void both_sides_of_an_eviction_name_each_other(long seed) {
        var snapshot = town(seed, true).snapshot();
        for (Allocation winner : snapshot.allocations()) {
            for (var id : winner.preemptedAllocations()) {
                var victim = snapshot.allocation(id).orElseThrow();
                assertThat(victim.preemptedBy()).contains(winner.id());
                assertThat(victim.nodeId()).isEqualTo(winner.nodeId());
            }
        }
        assertThat(all(snapshot).stream()
                        .filter(it -> it.preemptedBy().isPresent())
                        .map(Allocation::desiredStatus))
                .allMatch(status -> status == dev.steppe.model.DesiredStatus.EVICT);
    }
}
