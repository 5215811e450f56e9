package dev.steppe.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Job;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.SchedulerConfiguration;
import dev.steppe.state.Command;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Proves on generated clusters, jobs and mishaps what holds whatever happens. */
class DeploymentPropertiesTest {
    private static final String JOB = "web";
    private static final int STEPS = 40;

    static LongStream seeds() {
        return LongStream.range(0, Long.getLong("deployments.seeds", 60));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void counts_converge_a_second_look_changes_nothing_and_deployments_end(long seed) {
        live(new Life(seed, false));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void so_it_is_where_room_is_scarce_and_another_job_evicts_and_is_evicted(long seed) {
        live(new Life(seed, true));
    }

    private static void live(Life life) {
        for (int step = 0; step < STEPS; step++) {
            life.step();
            life.check();
        }
        life.calmDown();
    }

    /** A cluster with one job to which things happen. */
    private static final class Life {
        private final SplittableRandom random;
        private final Rehearsal servers;
        private final long seed;
        private final String type;
        private final String disconnect;
        private final int nodes;
        /** Nodes have room for three instances at most, and there is a second job. */
        private final boolean scarce;

        private int count = 1;
        private int canaries;
        private int version;

        Life(long seed, boolean scarce) {
            this.seed = seed;
            this.scarce = scarce;
            random = new SplittableRandom(seed);
            servers = new Rehearsal(seed + 1);
            type = random.nextInt(4) == 0 ? "system" : "service";
            disconnect = switch (random.nextInt(4)) {
                case 0 -> "\"Disconnect\":{\"LostAfter\":300000000000},";
                case 1 ->
                    "\"Disconnect\":{\"LostAfter\":300000000000,\"Replace\":false,\"Reconcile\":\"keep_original\"},";
                default -> "";
            };
            nodes = 1 + random.nextInt(5);
            IntStream.range(0, nodes).forEach(node -> servers.node("n" + node, scarce ? 35 : 100_000));
            servers.apply(new Command.SetSchedulerConfiguration(
                    Rehearsal.read(
                            SchedulerConfiguration.class,
                            "{\"PreemptionConfig\":{\"ServiceSchedulerEnabled\":true,\"SystemSchedulerEnabled\":true}}"),
                    Optional.empty(),
                    servers.now));
            register();
            servers.settle();
        }

        private void rival() {
            servers.register(Rehearsal.read(JobSpec.class, """
                    {"ID":"rival","Priority":%d,"AllAtOnce":%b,"TaskGroups":[{"Name":"g","Count":%d,
                     "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},
                      "Resources":{"CPU":%d,"MemoryMB":10}}]}]}""".formatted(
                            10 + random.nextInt(80), random.nextBoolean(), random.nextInt(5), 5 + random.nextInt(30))));
        }

        private void register() {
            count = random.nextInt(6);
            canaries = random.nextBoolean() ? 0 : 1 + random.nextInt(3);
            boolean system = type.equals("system");
            version = random.nextInt(3);
            boolean apart = !system && count + canaries < nodes && random.nextBoolean();
            servers.register(Rehearsal.read(JobSpec.class, """
                    {"ID":"web","Type":"%s","AllAtOnce":%b,"Constraints":[%s],"TaskGroups":[{"Name":"g","Count":%d,
                     "Update":{"MaxParallel":%d,"Canary":%d,"AutoRevert":%b,"AutoPromote":%b,"ProgressDeadline":%d},
                     %s"Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/true"},"Env":{"V":"%d"},
                      "Resources":{"CPU":10,"MemoryMB":10}}]}]}""".formatted(
                            type,
                            random.nextInt(4) == 0,
                            apart ? "{\"Operand\":\"distinct_hosts\"}" : "",
                            system ? 1 : count,
                            random.nextInt(4),
                            system ? canaries * 30 : canaries,
                            random.nextBoolean(),
                            canaries > 0 && random.nextBoolean(),
                            random.nextInt(4) == 0 ? 0 : Duration.ofMinutes(10).toNanos(),
                            system ? "" : disconnect,
                            version)));
        }

        void step() {
            switch (random.nextInt(scarce ? 13 : 11)) {
                case 0 -> register();
                case 1 ->
                    servers.nodeStatus(
                            "n" + random.nextInt(nodes),
                            random.nextBoolean() ? NodeStatus.DOWN : NodeStatus.DISCONNECTED);
                case 2 -> comeBack("n" + random.nextInt(nodes));
                case 10 -> {
                    if (random.nextInt(4) == 0) {
                        servers.deregister(JOB, true);
                        register();
                    }
                }
                case 11 -> rival();
                case 12 -> servers.node("n" + random.nextInt(nodes), 20 + random.nextInt(40));
                case 3 -> some().ifPresent(it -> servers.report(it, ClientStatus.FAILED, Optional.of(false)));
                case 4 -> some().ifPresent(it -> servers.report(it, ClientStatus.RUNNING, Optional.of(false)));
                case 5 -> some().ifPresent(servers::stop);
                case 6 -> servers.pass(Duration.ofSeconds(random.nextInt(400)));
                case 7 -> decide();
                default -> some().ifPresent(it -> servers.report(it, ClientStatus.RUNNING, Optional.of(true)));
            }
            servers.settle();
        }

        /** What its node did not tell of meanwhile went on. */
        private void comeBack(String node) {
            servers.nodeStatus(node, NodeStatus.READY);
            servers.live(JOB).stream()
                    .filter(it ->
                            it.nodeId().value().equals(node) && it.client().status() == ClientStatus.UNKNOWN)
                    .forEach(it -> servers.report(it, ClientStatus.RUNNING, Optional.empty()));
        }

        /** Of which the servers hear: what is out of reach tells nothing. */
        private Optional<Allocation> some() {
            var live = servers.live(JOB).stream()
                    .filter(it -> it.client().status() != ClientStatus.UNKNOWN)
                    .toList();
            return live.isEmpty() ? Optional.empty() : Optional.of(live.get(random.nextInt(live.size())));
        }

        private Optional<Deployment> active() {
            return servers.snapshot().deploymentsOf(Rehearsal.key(JOB)).stream()
                    .filter(Deployment::isActive)
                    .findFirst();
        }

        private void decide() {
            active().ifPresent(it -> {
                var command = switch (random.nextInt(4)) {
                    case 0 ->
                        new Command.PauseDeployment(
                                it.id(), it.status() == DeploymentStatus.RUNNING, servers.looks(), servers.now);
                    case 1 -> DeploymentWatcher.fail(servers.snapshot(), it, Deployment.MARKED_FAILED, servers.now);
                    default -> new Command.PromoteDeployment(it.id(), List.of("g"), servers.looks(), servers.now);
                };
                servers.apply(command);
            });
        }

        void check() {
            var snapshot = servers.snapshot();
            var all = snapshot.deploymentsOf(Rehearsal.key(JOB));
            assertThat(all.stream().filter(Deployment::isActive))
                    .as("seed %d: active deployments", seed)
                    .hasSizeLessThanOrEqualTo(1);
            var again = servers.suppose(JOB);
            assertThat(again.isEmpty())
                    .as("seed %d: a second look changes nothing: %s", seed, again)
                    .isTrue();
            var live = servers.live(JOB);
            var names = new TreeSet<String>();
            live.stream()
                    .filter(it -> !it.isCanary() && it.next().isEmpty())
                    .forEach(it -> assertThat(names.add(it.name() + (type.equals("system") ? it.nodeId() : "")))
                            .as("seed %d: %s is there once", seed, it.name())
                            .isTrue());
            int wanted = type.equals("system")
                    ? nodes
                    : snapshot.job(Rehearsal.key(JOB))
                            .orElseThrow()
                            .spec()
                            .taskGroups()
                            .getFirst()
                            .count();
            int tried = all.isEmpty() || !all.getFirst().isActive() || type.equals("system")
                    ? 0
                    : all.getFirst().taskGroups().values().stream()
                            .mapToInt(it -> it.isTrying() ? it.desiredCanaries() : 0)
                            .sum();
            assertThat(live.stream().filter(it -> it.client().status() != ClientStatus.UNKNOWN))
                    .as("seed %d: instances beside those nobody hears of", seed)
                    .hasSizeLessThanOrEqualTo(wanted + tried);
        }

        /** Nodes on which a system job's instance failed: there is no other to try. */
        private int givenUp(Job job) {
            var served = servers.live(JOB).stream().map(Allocation::nodeId).toList();
            return (int) servers.snapshot().allocationsOf(job.key()).stream()
                    .filter(it -> !served.contains(it.nodeId()))
                    .filter(it -> it.jobVersion() == job.version()
                            && it.desiredStatus() == DesiredStatus.RUN
                            && it.client().status() == ClientStatus.FAILED)
                    .count();
        }

        /** Everything works from now on, and somebody takes care: it comes to rest with what is wanted. */
        void calmDown() {
            IntStream.range(0, nodes).forEach(node -> comeBack("n" + node));
            servers.settle();
            for (int round = 0; round < 60; round++) {
                for (Allocation allocation : servers.live(JOB)) {
                    if (!allocation.isHealthy() && !allocation.isUnhealthy()) {
                        servers.report(allocation, ClientStatus.RUNNING, Optional.of(true));
                    }
                }
                servers.settle();
                active().ifPresent(it -> {
                    if (it.status() == DeploymentStatus.PAUSED) {
                        servers.apply(new Command.PauseDeployment(it.id(), false, servers.looks(), servers.now));
                    } else if (it.needsPromotion()) {
                        servers.apply(
                                new Command.PromoteDeployment(it.id(), List.of("g"), servers.looks(), servers.now));
                    }
                });
                servers.settle();
                servers.pass(Duration.ofMinutes(1));
                servers.settle();
                check();
            }
            // with a deadline of zero and an instance that never proves anything nobody ends it but its operator
            assertThat(active().filter(it -> it.taskGroups().values().stream()
                            .noneMatch(state -> state.progressDeadline().isZero())))
                    .as("seed %d: an active deployment", seed)
                    .isEmpty();
            var newest = servers.snapshot().deploymentsOf(Rehearsal.key(JOB));
            boolean failed = !newest.isEmpty() && newest.getFirst().status() == DeploymentStatus.FAILED;
            var job = servers.snapshot().job(Rehearsal.key(JOB)).orElseThrow();
            if (!scarce && !failed && active().isEmpty()) {
                int wanted = type.equals("system")
                        ? nodes - givenUp(job)
                        : job.spec().taskGroups().getFirst().count();
                assertThat(servers.live(JOB))
                        .as("seed %d: instances at rest", seed)
                        .hasSize(wanted)
                        .allMatch(it -> it.jobVersion() == job.version());
            }
        }
    }
}
