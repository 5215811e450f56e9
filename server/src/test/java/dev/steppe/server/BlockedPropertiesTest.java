package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.scheduler.PlanCheck;
import dev.steppe.scheduler.Scheduler;
import dev.steppe.state.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves on generated clusters that are too small that nothing waits for what is there already. */
class BlockedPropertiesTest {
    private static final int STEPS = 50;
    private static final int JOBS = 7;

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("blocked.seeds", 40));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void an_evaluation_that_would_place_something_now_is_never_left_blocked(long seed) {
        var life = new Life(seed);
        for (int step = 0; step < STEPS; step++) {
            life.step();
            life.check();
        }
    }

    /** Otherwise the property above would prove nothing. */
    @Test
    void in_these_clusters_much_is_blocked_and_much_is_unblocked_for_each_reason() {
        int blocked = 0;
        int evicted = 0;
        for (long seed = 0; seed < 20; seed++) {
            var life = new Life(seed);
            for (int step = 0; step < STEPS; step++) {
                life.step();
                blocked += life.blocked().size();
            }
            for (Allocation allocation : life.servers.snapshot().allocations()) {
                evicted += allocation.preemptedBy().isPresent() ? 1 : 0;
            }
        }
        assertThat(blocked).isGreaterThan(500);
        assertThat(evicted).isGreaterThan(20);
    }

    /** A few nodes that cannot hold all that is asked for. */
    private static final class Life {
        private final SplittableRandom random;
        private final Rehearsal servers;
        private final long seed;
        private int nodes;

        Life(long seed) {
            this.seed = seed;
            random = new SplittableRandom(seed);
            servers = new Rehearsal(seed + 1);
            for (int i = 0; i < 2; i++) {
                node(nodes++);
            }
        }

        private void node(int number) {
            servers.apply(new Command.RegisterNode(
                    Rehearsal.read(
                            NodeSpec.class, """
                            {"ID":"n%1$d","Name":"n%1$d","Datacenter":"dc1","HTTPAddr":"10.0.0.1:4646",
                             "Attributes":{"kernel.name":"linux","network.modes":"host,bridge","rack":"r%2$d"},
                             "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                             "NodeResources":{"Cpu":{"CpuShares":%3$d},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":100000},
                                              "MinDynamicPort":20000,"MaxDynamicPort":32000}}""".formatted(number, random.nextInt(2), 500 + 250 * random.nextInt(3))),
                    looksAtSystemJobs(),
                    servers.now));
        }

        /** As servers look at jobs when a node comes: those that run everywhere. */
        private List<Evaluation> looksAtSystemJobs() {
            return servers.looks().stream().filter(it -> it.type().everywhere()).toList();
        }

        private void register(int number) {
            String type =
                    List.of("service", "service", "batch", "system", "sysbatch").get(number % 5);
            var constraints = new ArrayList<String>();
            if (random.nextInt(4) == 0) {
                constraints.add("{\"LTarget\":\"${attr.rack}\",\"Operand\":\"distinct_property\",\"RTarget\":\"1\"}");
            }
            if (random.nextInt(5) == 0) {
                constraints.add("{\"Operand\":\"distinct_hosts\"}");
            }
            if (random.nextInt(6) == 0) {
                constraints.add("{\"LTarget\":\"${attr.rack}\",\"Operand\":\"=\",\"RTarget\":\"r1\"}");
            }
            boolean everywhere = type.startsWith("sys");
            servers.register(Rehearsal.read(JobSpec.class, """
                    {"ID":"j%d","Type":"%s","Priority":%d,"AllAtOnce":%s,"Constraints":[%s],"TaskGroups":[{"Name":"g","Count":%d,
                     %s"Networks":[{"Mode":"host"%s}],
                     "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},"Env":{"V":"%d"},
                      "Resources":{"CPU":%d,"MemoryMB":%d}}]}]}""".formatted(
                            number,
                            type,
                            10 + 15 * random.nextInt(6),
                            random.nextInt(4) == 0,
                            everywhere ? "" : String.join(",", constraints),
                            everywhere ? 1 : 1 + random.nextInt(4),
                            type.equals("service")
                                    ? "\"Update\":{\"MaxParallel\":2,\"Canary\":" + random.nextInt(2) + "},"
                                    : "",
                            random.nextInt(4) == 0 ? ",\"ReservedPorts\":[{\"Label\":\"p\",\"Value\":8080}]" : "",
                            random.nextInt(3),
                            50 + 100 * random.nextInt(4),
                            50 + 50 * random.nextInt(4))));
        }

        void step() {
            switch (random.nextInt(12)) {
                case 0, 1, 2 -> register(random.nextInt(JOBS));
                case 3 -> status(random.nextInt(nodes), NodeStatus.DOWN);
                case 4 -> status(random.nextInt(nodes), NodeStatus.READY);
                case 5 -> some().ifPresent(it -> servers.report(it, ClientStatus.FAILED, Optional.of(false)));
                case 6 -> some().ifPresent(it -> servers.report(it, ClientStatus.COMPLETE, Optional.empty()));
                case 7 -> configure();
                case 8 -> lowerPriority("j" + random.nextInt(JOBS));
                case 9 -> stop("j" + random.nextInt(JOBS));
                case 10 -> servers.pass(Duration.ofSeconds(random.nextInt(200)));
                default -> some().ifPresent(it -> servers.report(it, ClientStatus.RUNNING, Optional.of(true)));
            }
            if (random.nextInt(25) == 0) {
                node(nodes++);
            }
            servers.settle();
        }

        private Optional<Allocation> some() {
            var live = new ArrayList<Allocation>();
            servers.snapshot()
                    .jobs()
                    .forEach(job -> live.addAll(servers.live(job.spec().id().value())));
            return live.isEmpty() ? Optional.empty() : Optional.of(live.get(random.nextInt(live.size())));
        }

        /** As servers look at jobs when the status of a node changes: those it runs, and those that run everywhere. */
        private void status(int number, NodeStatus status) {
            var id = new NodeId("n" + number);
            var there = new TreeSet<String>();
            servers.snapshot()
                    .allocationsOn(id)
                    .forEach(it -> there.add(it.jobId().value()));
            var looks = servers.looks().stream()
                    .filter(it ->
                            it.type().everywhere() || there.contains(it.jobId().value()))
                    .toList();
            servers.apply(new Command.SetNodeStatus(id, status, "", looks, servers.now));
        }

        private void configure() {
            boolean evicting = random.nextBoolean();
            servers.apply(new Command.SetSchedulerConfiguration(
                    new SchedulerConfiguration(
                            SchedulerConfiguration.BINPACK,
                            new SchedulerConfiguration.Preemption(
                                    random.nextBoolean(), random.nextBoolean(), evicting, evicting),
                            random.nextBoolean(),
                            false,
                            false,
                            100,
                            0,
                            0),
                    Optional.empty(),
                    servers.now));
        }

        /** Changes nothing else of the job, so that its instances run on and may be evicted by others now. */
        private void lowerPriority(String id) {
            var job = servers.snapshot().job(Rehearsal.key(id)).filter(it -> !it.stop());
            job.map(Job::spec).ifPresent(spec -> {
                var json = dev.steppe.model.codec.Codec.toJson(spec)
                        .replaceFirst("\"Priority\":[0-9]+", "\"Priority\":10");
                servers.register(Rehearsal.read(JobSpec.class, json));
            });
        }

        private void stop(String id) {
            if (servers.snapshot().job(Rehearsal.key(id)).isPresent()) {
                servers.deregister(id, false);
            }
        }

        List<Evaluation> blocked() {
            var found = new ArrayList<Evaluation>();
            for (Evaluation evaluation : servers.snapshot().evaluations()) {
                if (evaluation.status() == EvaluationStatus.BLOCKED) {
                    found.add(evaluation);
                }
            }
            return found;
        }

        void check() {
            for (Evaluation evaluation : blocked()) {
                var plan = Scheduler.plan(
                        servers.snapshot(),
                        evaluation.with(EvaluationStatus.PENDING, ""),
                        servers.now,
                        new SplittableRandom(seed));
                assertThat(PlanCheck.check(servers.snapshot(), plan).accepted().placed())
                        .as("seed %d: what the blocked evaluation of %s would place", seed, evaluation.jobId())
                        .isEmpty();
            }
        }
    }
}
