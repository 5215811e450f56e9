package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AllocatedDevice;
import dev.steppe.model.Allocation;
import dev.steppe.model.DeviceInstance;
import dev.steppe.model.HostPort;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeDevice;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
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

    private static int priority(Snapshot snapshot, Allocation allocation) {
        return snapshot.job(allocation.jobKey()).map(Job::spec).orElseThrow().priority();
    }

    private static void assertEvictsOnlyLower(Snapshot before, Plan plan) {
        int winner = before.job(plan.evaluation().jobKey()).orElseThrow().spec().priority();
        for (Command.Stop stop : plan.stopped()) {
            if (stop.preemptedBy().isPresent()) {
                var victim = before.allocation(stop.allocation()).orElseThrow();
                assertThat(priority(before, victim)).isLessThanOrEqualTo(winner - Preemption.PRIORITY_GAP);
                assertThat(victim.jobKey()).isNotEqualTo(plan.evaluation().jobKey());
            }
        }
        if (plan.placed().size() == 1) {
            assertEvictsNobodyInVain(before, plan);
        }
    }

    /** Without any one of the victims gone, the instance would not fit. */
    private static void assertEvictsNobodyInVain(Snapshot before, Plan plan) {
        var winner = plan.placed().getFirst();
        var job = before.job(winner.jobKey()).orElseThrow().spec();
        var fit = new Fit(job.taskGroups().getFirst(), before.schedulerConfiguration());
        for (var spared : winner.preemptedAllocations()) {
            var usage = before.usage(winner.nodeId());
            for (var gone : winner.preemptedAllocations()) {
                usage = gone.equals(spared)
                        ? usage
                        : usage.minus(before.allocation(gone).orElseThrow());
            }
            assertThat(fit.refusal(before.node(winner.nodeId()).orElseThrow(), usage))
                    .isPresent();
        }
    }

    @Test
    void nobody_is_evicted_by_an_equal_or_a_lower_priority_or_in_vain() {
        for (long seed = 1; seed <= TOWNS; seed++) {
            town(seed, true, PlacementPropertiesTest::assertEvictsOnlyLower);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_node_gives_more_than_it_has_of_anything(boolean preempting) {
        for (long seed = 1; seed <= TOWNS; seed++) {
            var snapshot = town(seed, preempting).snapshot();
            snapshot.nodes().forEach(node -> {
                var held = snapshot.allocationsOn(node.id()).stream()
                        .filter(Allocation::holdsResources)
                        .toList();
                var capacity = node.spec().capacity();
                assertThat(sum(held, it -> it.cpuMegaHertz()))
                        .isLessThanOrEqualTo(capacity.cpu().megaHertz());
                assertThat(sum(held, it -> it.memoryMb()))
                        .isLessThanOrEqualTo(capacity.memory().memoryMb());
                assertThat(sum(held, it -> it.shared().diskMb()))
                        .isLessThanOrEqualTo(capacity.disk().diskMb());
                assertThat(each(held, it -> it.reservedCores()))
                        .doesNotHaveDuplicates()
                        .isSubsetOf(capacity.cpu().reservable());
                var ports = each(held, it -> it.hostPorts());
                assertThat(ports).doesNotHaveDuplicates();
                assertThat(ports).extracting(HostPort::port).doesNotContain(20_001);
                var shares = new TreeMap<DeviceInstance, Integer>();
                held.forEach(it -> it.allocatedResources()
                        .deviceShares()
                        .forEach((device, share) -> shares.merge(device, share, Integer::sum)));
                assertThat(shares.values()).allMatch(share -> share <= AllocatedDevice.WHOLE);
                assertThat(shares.keySet()).isSubsetOf(healthy(capacity.devices()));
            });
        }
    }

    private static <T> List<T> each(
            List<Allocation> held, java.util.function.Function<dev.steppe.model.AllocatedResources, List<T>> things) {
        return held.stream()
                .flatMap(it -> things.apply(it.allocatedResources()).stream())
                .toList();
    }

    private static long sum(
            List<Allocation> held, java.util.function.ToLongFunction<dev.steppe.model.AllocatedResources> amount) {
        return held.stream()
                .mapToLong(it -> amount.applyAsLong(it.allocatedResources()))
                .sum();
    }

    private static TreeSet<DeviceInstance> healthy(List<NodeDevice> kinds) {
        var found = new TreeSet<DeviceInstance>();
        for (NodeDevice kind : kinds) {
            kind.instances().stream()
                    .filter(NodeDevice.Instance::healthy)
                    .forEach(it -> found.add(new DeviceInstance(kind.label(), it.id())));
        }
        return found;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void constraints_hold_for_everything_that_was_placed(boolean preempting) {
        for (long seed = 1; seed <= TOWNS; seed++) {
            var snapshot = town(seed, preempting).snapshot();
            for (Job job : snapshot.jobs()) {
                var live = snapshot.allocationsOf(job.key()).stream()
                        .filter(Allocation::holdsResources)
                        .toList();
                var feasibility =
                        new Feasibility(job.spec(), job.spec().taskGroups().getFirst());
                var hosts = new ArrayList<String>();
                for (Allocation allocation : live) {
                    var node = snapshot.node(allocation.nodeId()).orElseThrow();
                    assertThat(feasibility.refusal(node)).isEmpty();
                    hosts.add(node.id().value());
                }
                for (var constraint : job.spec().constraints()) {
                    if (constraint.operand().equals("distinct_hosts")) {
                        assertThat(hosts).doesNotHaveDuplicates();
                    }
                    if (constraint.operand().equals("distinct_property")) {
                        var racks = live.stream()
                                .map(it -> Target.resolve(
                                                constraint.leftTarget(),
                                                snapshot.node(it.nodeId()).orElseThrow())
                                        .orElseThrow())
                                .toList();
                        racks.forEach(rack -> assertThat(
                                        racks.stream().filter(rack::equals).count())
                                .isLessThanOrEqualTo(2));
                    }
                }
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
