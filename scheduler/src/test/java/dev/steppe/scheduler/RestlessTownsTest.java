package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.DesiredTransition;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Job;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.JobType;
import dev.steppe.model.Node;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds in towns that are too small while jobs of every type change and fail, and nodes are drained, fall silent and come
 * back: towns from seeds, with the scheduler and the check of its plans on a real store.
 */
class RestlessTownsTest {
    private static final int STEPS = 60;

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("towns.seeds", 30));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatever_happens_nothing_is_over_committed_and_a_second_look_changes_nothing(long seed) {
        var life = new Life(seed);
        for (int step = 0; step < STEPS; step++) {
            life.step();
            life.check();
        }
        life.calmDown();
    }

    @Test
    void equal_seeds_give_equal_lives() {
        for (long seed = 0; seed < 3; seed++) {
            var one = new Life(seed);
            var two = new Life(seed);
            for (int step = 0; step < STEPS; step++) {
                one.step();
                two.step();
            }
            assertThat(one.all()).isEqualTo(two.all()).isNotEmpty();
        }
    }

    /** Otherwise the properties would prove little. */
    @Test
    void there_is_something_of_everything() {
        var seen = new TreeSet<String>();
        for (long seed = 0; seed < 12; seed++) {
            var life = new Life(seed);
            for (int step = 0; step < STEPS; step++) {
                life.step();
                life.all().forEach(it -> seen.addAll(life.kindsOf(it)));
            }
        }
        assertThat(seen)
                .contains(
                        "evicted",
                        "canary",
                        "unknown",
                        "lost",
                        "failed",
                        "migrated",
                        "kept its cores to itself",
                        "has devices",
                        "shares a device",
                        "port 10.0.0.1",
                        "port 10.1.0.1",
                        "service",
                        "batch",
                        "system",
                        "sysbatch",
                        "replaced while its node was silent");
    }

    private static final class Life {
        private static final int JOBS = 8;
        private static final int ROUNDS_MAX = 30;
        private static final int[] PRIORITIES = {20, 25, 40, 50, 55, 90};

        private final long seed;
        private final Towns towns;
        private final SplittableRandom random;
        private final TestCluster cluster = new TestCluster();
        private final int nodes;
        private int version;

        Life(long seed) {
            this.seed = seed;
            towns = new Towns(seed);
            random = new SplittableRandom(seed);
            nodes = 2 + random.nextInt(5);
            for (int node = 0; node < nodes; node++) {
                cluster.node(towns.node(node));
            }
            configure();
        }

        private Snapshot snapshot() {
            return cluster.snapshot();
        }

        List<Allocation> all() {
            var found = new ArrayList<Allocation>();
            snapshot().allocations().forEach(found::add);
            return found;
        }

        private List<Allocation> live() {
            return all().stream().filter(it -> !it.isTerminal()).toList();
        }

        private void configure() {
            cluster.configure(
                    """
                    {"SchedulerAlgorithm":"%s","PreemptionConfig":{"SystemSchedulerEnabled":%2$b,"SysBatchSchedulerEnabled":true,
                     "BatchSchedulerEnabled":%2$b,"ServiceSchedulerEnabled":%2$b}}""".formatted(SchedulerConfiguration.ALGORITHMS.get(random.nextInt(3)), random.nextInt(3) > 0));
        }

        void step() {
            switch (random.nextInt(17)) {
                case 0, 1, 2 -> register();
                case 3 -> status(NodeStatus.DOWN);
                case 4 -> status(NodeStatus.DISCONNECTED);
                case 5, 6 -> comeBack(some(nodes()));
                case 7 -> drain(some(nodes()));
                case 8 -> endDrain(some(nodes()));
                case 9 -> reportSome(ClientStatus.FAILED);
                case 10 -> reportSome(ClientStatus.COMPLETE);
                case 11 -> cluster.pass(Duration.ofSeconds(random.nextInt(400)));
                case 12 -> stopOrConfigure();
                default -> prosper();
            }
            settle();
        }

        private void register() {
            int number = random.nextInt(JOBS);
            var key = key(number);
            boolean stopped = snapshot().job(key).filter(Job::stop).isPresent();
            cluster.register(TestCluster.read(
                    JobSpec.class,
                    towns.version(number, PRIORITIES[number % PRIORITIES.length], stopped ? version : ++version)));
        }

        private static JobKey key(int number) {
            return new JobKey("default", new JobId("j" + number));
        }

        private List<Node> nodes() {
            var found = new ArrayList<Node>();
            snapshot().nodes().forEach(found::add);
            return found;
        }

        private <T> T some(List<T> things) {
            return things.get(random.nextInt(things.size()));
        }

        private void status(NodeStatus status) {
            cluster.status(some(nodes()).id().value(), status);
        }

        /** What its node did not tell of meanwhile went on, or failed. */
        private void comeBack(Node node) {
            if (node.status() == NodeStatus.READY) {
                return;
            }
            cluster.status(node.id().value(), NodeStatus.READY);
            boolean failed = random.nextInt(4) == 0;
            snapshot().allocationsOn(node.id()).stream()
                    .filter(it -> !it.isTerminal() && it.client().status() == ClientStatus.UNKNOWN)
                    .forEach(it -> cluster.report(it, failed ? ClientStatus.FAILED : ClientStatus.RUNNING));
        }

        /** As servers do it, but all at once: what runs everywhere stays until the end. */
        private void drain(Node node) {
            var strategy = DrainStrategy.beginning(Duration.ofHours(1), false, cluster.now());
            cluster.apply(
                    new Command.DrainNode(node.id(), strategy, Collections.emptySortedMap(), List.of(), cluster.now()));
            var leaving = snapshot().allocationsOn(node.id()).stream()
                    .filter(it -> !it.isTerminal() && !type(it).everywhere())
                    .map(Allocation::id)
                    .toList();
            cluster.apply(
                    new Command.SetTransitions(leaving, new DesiredTransition(true, false), List.of(), cluster.now()));
        }

        private void endDrain(Node node) {
            if (node.drain().isPresent()) {
                cluster.apply(new Command.EndDrain(
                        node.id(),
                        false,
                        true,
                        Collections.emptySortedMap(),
                        Collections.emptySortedMap(),
                        List.of(),
                        cluster.now()));
            } else {
                cluster.eligibility(node.id().value(), random.nextBoolean() ? "eligible" : "ineligible");
            }
        }

        private JobType type(Allocation allocation) {
            return snapshot().job(allocation.jobKey()).orElseThrow().spec().type();
        }

        private void reportSome(ClientStatus status) {
            var heard = live().stream()
                    .filter(it -> snapshot().node(it.nodeId()).orElseThrow().status() == NodeStatus.READY)
                    .toList();
            if (!heard.isEmpty()) {
                cluster.report(some(heard), status);
            }
        }

        private void stopOrConfigure() {
            var key = key(random.nextInt(JOBS));
            if (random.nextBoolean() || snapshot().job(key).isEmpty()) {
                configure();
            } else {
                cluster.apply(
                        new Command.DeregisterJob(key.namespace(), key.id(), false, Optional.empty(), cluster.now()));
            }
        }

        /** What runs is healthy, and canaries that are all healthy are approved. */
        private void prosper() {
            live().stream()
                    .filter(it -> snapshot().node(it.nodeId()).orElseThrow().status() == NodeStatus.READY)
                    .forEach(it -> cluster.report(it, ClientStatus.RUNNING));
            var waiting = new ArrayList<Deployment>();
            snapshot().deployments().forEach(waiting::add);
            waiting.stream()
                    .filter(it -> it.isActive() && it.needsPromotion())
                    .filter(it -> it.taskGroups().get("g").placedCanaries().stream()
                                    .flatMap(id -> snapshot().allocation(id).stream())
                                    .filter(canary -> !canary.isTerminal() && canary.isHealthy())
                                    .count()
                            >= it.taskGroups().get("g").desiredCanaries())
                    .forEach(it -> cluster.apply(
                            new Command.PromoteDeployment(it.id(), List.of("g"), List.of(), cluster.now())));
        }

        /** Looks at every job until there is nothing left to do: that has to come to an end. */
        void settle() {
            for (int round = 0; round < ROUNDS_MAX; round++) {
                boolean quiet = true;
                for (Job job : snapshot().jobs()) {
                    quiet &= look(job);
                }
                if (quiet) {
                    return;
                }
            }
            throw new AssertionError("seed " + seed + ": the scheduler comes to no end");
        }

        private boolean look(Job job) {
            var before = snapshot();
            var plan = cluster.plan(job.spec().id().value());
            if (plan.isEmpty()) {
                return true;
            }
            TownRules.assertPlacedWhereItMay(before, plan);
            TownRules.assertEvictsOnlyLower(before, plan);
            assertTriesFirst(before, job, plan);
            var verdict = PlanCheck.check(before, plan);
            assertThat(verdict.rejected()).as("seed %d: %s", seed, job.key()).isEmpty();
            cluster.apply(verdict.accepted().command(List.of(), cluster.now()));
            return false;
        }

        /** While canaries are tried nothing else begins with a version that its predecessor would not just go on with. */
        private void assertTriesFirst(Snapshot before, Job job, Plan plan) {
            boolean tries = before.newestDeployment(job)
                    .filter(it -> it.isOf(job) && it.isActive() && it.needsPromotion())
                    .isPresent();
            var succession = new Succession(before, job);
            var group = job.spec().taskGroups().getFirst();
            plan.placed().stream()
                    .filter(it -> tries && !job.spec().type().everywhere() && it.jobVersion() == job.version())
                    .filter(it -> it.previous()
                            .flatMap(before::allocation)
                            .filter(old -> succession.ofVersion(old, group).inPlace())
                            .isEmpty())
                    .forEach(it -> assertThat(it.isCanary())
                            .as("seed %d: %s is a canary", seed, it.name())
                            .isTrue());
        }

        void check() {
            TownRules.assertNothingIsOverCommitted(snapshot());
            for (Job job : snapshot().jobs()) {
                TownRules.assertPlacedApart(snapshot(), job);
                assertNotTooMany(job);
            }
        }

        /** One instance of each name, and not more than are wanted; canaries, and those nobody hears of, are beside them. */
        private void assertNotTooMany(Job job) {
            var names = new TreeSet<String>();
            boolean everywhere = job.spec().type().everywhere();
            var counted = snapshot().allocationsOf(job.key()).stream()
                    .filter(it ->
                            !it.isTerminal() && !it.isCanary() && it.client().status() != ClientStatus.UNKNOWN)
                    .toList();
            counted.forEach(it -> assertThat(names.add(it.name() + (everywhere ? it.nodeId() : "")))
                    .as("seed %d: %s is there once", seed, it.name())
                    .isTrue());
            int wanted = job.stop()
                    ? 0
                    : (everywhere ? nodes : 1)
                            * job.spec().taskGroups().getFirst().count();
            assertThat(counted.size()).as("seed %d: %s", seed, job.key()).isLessThanOrEqualTo(wanted);
        }

        /** All nodes are back and everything works: what is wanted is there, or lacks a place. */
        void calmDown() {
            for (Node node : nodes()) {
                comeBack(node);
                endDrain(snapshot().node(node.id()).orElseThrow());
                cluster.eligibility(node.id().value(), Node.ELIGIBLE);
            }
            for (int round = 0; round < 12; round++) {
                settle();
                prosper();
                cluster.pass(Duration.ofHours(1));
            }
            settle();
            check();
            snapshot().jobs().forEach(this::assertComplete);
        }

        private void assertComplete(Job job) {
            boolean deploys = snapshot().deploymentsOf(job.key()).stream().anyMatch(Deployment::isActive);
            var all = snapshot().allocationsOf(job.key());
            var live = all.stream().filter(it -> !it.isTerminal()).toList();
            if (job.stop() || deploys) {
                assertThat(job.stop() && !live.isEmpty()).isFalse();
                return;
            }
            var whatIf = new WhatIf(snapshot(), job, cluster.now(), new SplittableRandom(seed));
            int lacking = whatIf.unplaced("g") - whatIf.replacing("g");
            long over = all.stream().filter(it -> isOver(job, it)).count();
            var there = assertThat(live.size() + over + lacking)
                    .as("seed %d: %s of type %s", seed, job.key(), job.spec().type());
            // some nodes are left out: those where another of the job is too many
            boolean leavesOut = job.spec().type().everywhere()
                    && job.spec().constraints().stream()
                            .anyMatch(it -> it.operand().startsWith("distinct_"));
            if (leavesOut) {
                there.isLessThanOrEqualTo(wanted(job)).isPositive();
            } else {
                there.isEqualTo(wanted(job));
            }
        }

        /** It ran its course, or was tried often enough. */
        private boolean isOver(Job job, Allocation allocation) {
            return job.spec().type().ends()
                    && allocation.jobVersion() == job.version()
                    && allocation.desiredStatus() == DesiredStatus.RUN
                    && allocation.next().isEmpty()
                    && (allocation.client().status() == ClientStatus.COMPLETE
                            || allocation.client().status() == ClientStatus.FAILED
                                    && (job.spec().type().everywhere()
                                            || Rescheduling.isExhausted(job.spec(), allocation)));
        }

        private long wanted(Job job) {
            var group = job.spec().taskGroups().getFirst();
            if (!job.spec().type().everywhere()) {
                return group.count();
            }
            var feasibility = new Feasibility(job.spec(), group);
            long fitting = nodes().stream()
                    .filter(node -> feasibility.refusal(node).isEmpty())
                    .count();
            // where no node fits it is asked for without one
            return Math.max(1, fitting) * group.count();
        }

        /** By what an instance stands for. */
        List<String> kindsOf(Allocation allocation) {
            var kinds = new ArrayList<String>();
            kinds.add(type(allocation).name().toLowerCase(java.util.Locale.ROOT));
            kinds.add(allocation.client().status().name().toLowerCase(java.util.Locale.ROOT));
            allocation.preemptedBy().ifPresent(it -> kinds.add("evicted"));
            if (allocation.isCanary()) {
                kinds.add("canary");
            }
            if (allocation.desiredDescription().equals("alloc is being migrated")) {
                kinds.add("migrated");
            }
            if (allocation.client().status() == ClientStatus.UNKNOWN
                    && allocation.next().isPresent()) {
                kinds.add("replaced while its node was silent");
            }
            var given = allocation.allocatedResources();
            if (!given.reservedCores().isEmpty()) {
                kinds.add("kept its cores to itself");
            }
            given.deviceShares()
                    .values()
                    .forEach(share -> kinds.add(share < 1_000 ? "shares a device" : "has devices"));
            given.hostPorts().forEach(port -> kinds.add("port " + port.address()));
            return kinds;
        }
    }
}
