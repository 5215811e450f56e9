package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.JobSpec;
import dev.steppe.state.Command;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who has to make room for whom, and what the plan says of it. Nodes have 1000 MHz and 1000 MB. */
class PreemptionTest {
    private final TestCluster cluster = new TestCluster();

    @BeforeEach
    void services_may_evict() {
        allow(true);
    }

    private void allow(boolean service) {
        cluster.configure("{\"PreemptionConfig\":{\"ServiceSchedulerEnabled\":%b}}".formatted(service));
    }

    private static String job(String id, String type, int priority, int count, String group, String resources) {
        return """
                {"ID":"%1$s","Name":"%1$s","Type":"%2$s","Priority":%3$d,"TaskGroups":[{"Name":"g","Count":%4$d,
                 "EphemeralDisk":{"SizeMB":10}%5$s,
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{%6$s}}]}]}""".formatted(id, type, priority, count, group, resources);
    }

    private void run(String id, int priority, int count, String resources) {
        cluster.register(job(id, "service", priority, count, "", resources));
        cluster.schedule(id);
    }

    @Test
    void the_lowest_priority_that_frees_enough_goes_and_both_sides_say_so() {
        cluster.node("n1", "dc1");
        run("low", 20, 1, "\"CPU\":400,\"MemoryMB\":100");
        run("middle", 40, 1, "\"CPU\":400,\"MemoryMB\":100");
        cluster.register(job("high", "service", 60, 1, "", "\"CPU\":500,\"MemoryMB\":100"));
        var plan = cluster.schedule("high");
        assertThat(plan.updates().get("g").preemptions()).isEqualTo(1);
        var winner = cluster.live("high").getFirst();
        var victim = cluster.all("low").getFirst();
        assertThat(victim.desiredStatus()).isEqualTo(DesiredStatus.EVICT);
        assertThat(victim.desiredDescription()).isEqualTo("Preempted by alloc ID " + winner.id());
        assertThat(victim.preemptedBy()).contains(winner.id());
        assertThat(winner.preemptedAllocations()).containsExactly(victim.id());
        assertThat(cluster.live("middle")).hasSize(1);
        assertThat(winner.metrics().orElseThrow().scoreMetaData().getFirst().scores())
                .containsKey("preemption");
        assertThat(plan.ofVictims())
                .extracting(Evaluation::triggeredBy, it -> it.jobId().value(), Evaluation::priority)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("preemption", "low", 20));
    }

    @Test
    void an_older_version_of_a_job_is_as_important_as_the_newest() {
        cluster.node("n1", "dc1");
        var canary = ",\"Update\":{\"Canary\":1,\"MaxParallel\":1}";
        cluster.register(job("was-important", "service", 80, 1, canary, "\"CPU\":600,\"MemoryMB\":100"));
        cluster.schedule("was-important");
        var key = cluster.snapshot().jobs().iterator().next().key();
        cluster.apply(new Command.SetJobStable(key.namespace(), key.id(), 0, true, cluster.now()));
        cluster.register(job("was-important", "service", 10, 1, canary, "\"CPU\":700,\"MemoryMB\":100"));
        cluster.report(cluster.live("was-important").getFirst(), ClientStatus.FAILED);
        run("other", 40, 1, "\"CPU\":600,\"MemoryMB\":100");
        cluster.pass(java.time.Duration.ofMinutes(1));
        var plan = cluster.plan("was-important");
        assertThat(plan.failed()).as("its first version is to run again").containsKey("g");
        assertThat(plan.stopped()).noneMatch(stop -> stop.preemptedBy().isPresent());
    }

    @Test
    void nobody_within_ten_priorities_is_evicted() {
        cluster.node("n1", "dc1");
        run("near", 41, 1, "\"CPU\":900,\"MemoryMB\":100");
        run("high", 50, 1, "\"CPU\":500,\"MemoryMB\":100");
        assertThat(cluster.live("high")).isEmpty();
        assertThat(cluster.live("near")).hasSize(1);
    }

    @Test
    void a_free_node_is_taken_before_anybody_is_evicted() {
        cluster.node("n1", "dc1");
        run("low", 20, 1, "\"CPU\":900,\"MemoryMB\":100");
        cluster.node("n2", "dc1");
        run("high", 80, 1, "\"CPU\":500,\"MemoryMB\":100");
        assertThat(cluster.live("low")).hasSize(1);
        assertThat(cluster.live("high").getFirst().nodeId().value()).isEqualTo("n2");
    }

    @Test
    void types_that_may_not_evict_wait() {
        allow(false);
        cluster.node("n1", "dc1");
        run("low", 20, 1, "\"CPU\":900,\"MemoryMB\":100");
        run("high", 80, 1, "\"CPU\":500,\"MemoryMB\":100");
        assertThat(cluster.live("high")).isEmpty();
        cluster.register(job("everywhere", "system", 80, 1, "", "\"CPU\":500,\"MemoryMB\":100"));
        cluster.schedule("everywhere");
        assertThat(cluster.live("everywhere")).hasSize(1);
        assertThat(cluster.live("low")).isEmpty();
    }

    @Test
    void the_closest_in_size_goes_rather_than_many() {
        cluster.node("n1", "dc1");
        run("small", 20, 2, "\"CPU\":100,\"MemoryMB\":50");
        run("fitting", 20, 1, "\"CPU\":500,\"MemoryMB\":50");
        run("other", 20, 1, "\"CPU\":250,\"MemoryMB\":50");
        run("high", 50, 1, "\"CPU\":500,\"MemoryMB\":50");
        assertThat(cluster.live("fitting")).isEmpty();
        assertThat(cluster.live("small")).hasSize(2);
        assertThat(cluster.live("other")).hasSize(1);
    }

    @Test
    void a_group_that_moves_one_at_a_time_loses_one_before_it_loses_a_second() {
        cluster.node("n1", "dc1");
        run("pair", 20, 2, "\"CPU\":300,\"MemoryMB\":50");
        run("single", 20, 1, "\"CPU\":350,\"MemoryMB\":50");
        cluster.register(job("high", "service", 50, 2, "", "\"CPU\":300,\"MemoryMB\":50"));
        cluster.schedule("high");
        assertThat(cluster.live("high")).hasSize(2);
        assertThat(cluster.live("pair")).hasSize(1);
        assertThat(cluster.live("single")).isEmpty();
    }

    @Test
    void who_holds_a_wanted_port_is_evicted_and_nobody_else() {
        cluster.node("n1", "dc1");
        String port = ",\"Networks\":[{\"ReservedPorts\":[{\"Label\":\"http\",\"Value\":80}]}]";
        run("innocent", 15, 1, "\"CPU\":100,\"MemoryMB\":50");
        cluster.register(job("holder", "service", 30, 1, port, "\"CPU\":100,\"MemoryMB\":50"));
        cluster.schedule("holder");
        cluster.register(job("edge", "service", 70, 1, port, "\"CPU\":100,\"MemoryMB\":50"));
        cluster.schedule("edge");
        assertThat(cluster.live("edge")).hasSize(1);
        assertThat(cluster.live("holder")).isEmpty();
        assertThat(cluster.live("innocent")).hasSize(1);
    }

    @Test
    void who_holds_a_wanted_device_is_evicted_and_nobody_else() {
        cluster.nodeWithDevices("n1", "gpu-1", "gpu-2");
        String device = "\"CPU\":100,\"MemoryMB\":50,\"Devices\":[{\"Name\":\"gpu\"}]";
        run("innocent", 15, 1, "\"CPU\":100,\"MemoryMB\":50");
        run("low", 30, 1, device);
        run("middle", 40, 1, device);
        run("high", 70, 1, device);
        var given = cluster.live("high")
                .getFirst()
                .allocatedResources()
                .tasks()
                .get("t")
                .devices();
        assertThat(given.getFirst().ids()).containsExactly("gpu-1");
        assertThat(cluster.live("low")).isEmpty();
        assertThat(cluster.live("middle")).hasSize(1);
        assertThat(cluster.live("innocent")).hasSize(1);
    }

    @Test
    void a_plan_shows_whom_it_would_evict_and_evicts_nobody() {
        cluster.node("n1", "dc1");
        run("low", 20, 1, "\"CPU\":900,\"MemoryMB\":100");
        var preview = cluster.preview(
                TestCluster.read(JobSpec.class, job("high", "service", 50, 1, "", "\"CPU\":500,\"MemoryMB\":100")));
        assertThat(preview.preempted())
                .isEqualTo(cluster.live("low").stream().map(Allocation::id).toList());
        assertThat(preview.updates().get("g").preemptions()).isEqualTo(1);
        assertThat(cluster.live("low")).hasSize(1);
    }

    @Test
    void a_victim_that_became_too_important_meanwhile_stays() {
        cluster.node("n1", "dc1");
        run("low", 20, 1, "\"CPU\":900,\"MemoryMB\":100");
        cluster.register(job("high", "service", 50, 1, "", "\"CPU\":500,\"MemoryMB\":100"));
        var plan = Scheduler.plan(
                cluster.snapshot(), cluster.evaluation("high"), TestCluster.NOW, new java.util.SplittableRandom(1));
        cluster.register(job("low", "service", 45, 1, "", "\"CPU\":900,\"MemoryMB\":100"));
        var verdict = PlanCheck.check(cluster.snapshot(), plan);
        assertThat(verdict.rejected()).hasSize(1);
        assertThat(verdict.accepted().placed()).isEmpty();
        assertThat(verdict.accepted().stopped()).isEqualTo(List.of());
        assertThat(verdict.accepted().evaluationsOfVictims(cluster.snapshot())).isEmpty();
    }

    private void runAllAtOnce(int count) {
        cluster.register(job("high", "service", 60, count, "", "\"CPU\":600,\"MemoryMB\":100")
                .replace("\"Priority\"", "\"AllAtOnce\":true,\"Priority\""));
    }

    @Test
    void all_at_once_evicts_nobody_as_long_as_not_all_would_have_room() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        run("low", 20, 1, "\"CPU\":900,\"MemoryMB\":100");
        run("equal", 60, 1, "\"CPU\":900,\"MemoryMB\":100");
        runAllAtOnce(2);
        var plan = cluster.schedule("high");
        assertThat(plan.placed()).isEmpty();
        assertThat(plan.stopped()).isEmpty();
        assertThat(plan.ofVictims()).isEmpty();
        assertThat(plan.updates().get("g").preemptions()).isZero();
        assertThat(plan.queued()).containsEntry("g", 2);
        assertThat(cluster.live("low")).hasSize(1);
        run("equal", 40, 1, "\"CPU\":900,\"MemoryMB\":100");
        var evicting = cluster.schedule("high");
        assertThat(cluster.live("high")).hasSize(2);
        assertThat(evicting.updates().get("g").preemptions()).isEqualTo(2);
        assertThat(evicting.ofVictims()).extracting(it -> it.jobId().value()).containsExactlyInAnyOrder("low", "equal");
    }

    @Test
    void all_at_once_evicts_nobody_when_one_of_its_victims_became_too_important_meanwhile() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        run("low", 20, 1, "\"CPU\":900,\"MemoryMB\":100");
        run("rising", 20, 1, "\"CPU\":900,\"MemoryMB\":100");
        runAllAtOnce(2);
        var plan = cluster.plan("high");
        assertThat(plan.stopped()).hasSize(2);
        cluster.register(job("rising", "service", 60, 1, "", "\"CPU\":900,\"MemoryMB\":100"));
        var accepted = PlanCheck.check(cluster.snapshot(), plan).accepted();
        assertThat(accepted.isEmpty()).isTrue();
        assertThat(accepted.evaluationsOfVictims(cluster.snapshot())).isEmpty();
    }
}
