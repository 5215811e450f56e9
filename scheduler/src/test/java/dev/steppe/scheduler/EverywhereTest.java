package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DeploymentStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Command;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Proves what jobs of type system and sysbatch do as nodes come, go, change and fill up. */
class EverywhereTest {
    private final TestCluster cluster = new TestCluster();

    private void agent(String type, String extra, String task) {
        cluster.register("""
                {"ID":"agent","Type":"%s"%s,"TaskGroups":[{"Name":"g","Count":1,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}%s}]}]}""".formatted(type, extra, task));
    }

    private void nodes(int count) {
        IntStream.rangeClosed(1, count).forEach(i -> cluster.node("n" + i, "dc1"));
    }

    private List<String> where() {
        return cluster.live("agent").stream()
                .map(allocation -> allocation.nodeId().value())
                .sorted()
                .toList();
    }

    private Allocation on(String node) {
        return cluster.live("agent").stream()
                .filter(allocation -> allocation.nodeId().equals(new NodeId(node)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void every_node_gets_one_and_a_second_look_changes_nothing() {
        nodes(3);
        agent("system", "", "");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2", "n3");
        assertThat(cluster.live("agent")).extracting(Allocation::name).containsOnly("agent.g[0]");
        assertThat(cluster.schedule("agent").isEmpty()).isTrue();
    }

    @Test
    void a_new_node_gets_one_and_the_others_keep_theirs() {
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        var before = cluster.live("agent").stream().map(Allocation::id).toList();
        cluster.node("n3", "dc1");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2", "n3");
        assertThat(cluster.live("agent")).extracting(Allocation::id).containsAll(before);
    }

    @Test
    void a_node_that_goes_down_loses_its_own_and_gets_another_when_it_is_back() {
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        var lost = on("n1");
        cluster.status("n1", NodeStatus.DOWN);
        var plan = cluster.schedule("agent");
        assertThat(plan.failed()).isEmpty();
        assertThat(where()).containsExactly("n2");
        assertThat(cluster.snapshot()
                        .allocation(lost.id())
                        .orElseThrow()
                        .client()
                        .status())
                .isEqualTo(ClientStatus.LOST);
        cluster.node("n1", "dc1");
        cluster.schedule("agent");
        assertThat(where()).as("it is asked first what it does").containsExactly("n2");
        cluster.status("n1", NodeStatus.READY);
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2");
    }

    @Test
    void one_that_failed_is_tried_again_on_its_node_after_a_delay() {
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        var failed = on("n1");
        cluster.report(failed, ClientStatus.FAILED);
        var plan = cluster.schedule("agent");
        assertThat(where()).containsExactly("n2");
        assertThat(plan.followUps())
                .singleElement()
                .extracting(Evaluation::triggeredBy)
                .isEqualTo("alloc-failure");
        cluster.pass(Duration.ofSeconds(31));
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2");
        assertThat(on("n1").previous()).contains(failed.id());
    }

    @Test
    void a_reschedule_block_says_whether_one_that_failed_is_tried_again() {
        nodes(1);
        var job = """
                {"ID":"agent","Type":"system","TaskGroups":[{"Name":"g","Count":1,"ReschedulePolicy":{%s},
                  "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""";
        cluster.register(job.formatted("\"Attempts\":0,\"Unlimited\":false"));
        cluster.schedule("agent");
        cluster.report(on("n1"), ClientStatus.FAILED);
        assertThat(cluster.schedule("agent").followUps()).isEmpty();
        cluster.pass(Duration.ofHours(24));
        cluster.schedule("agent");
        assertThat(where()).as("it is not, where the block says so").isEmpty();

        cluster.register(job.formatted("\"Attempts\":1,\"Interval\":3600000000000,\"Delay\":5000000000,"
                + "\"DelayFunction\":\"constant\",\"Unlimited\":false"));
        cluster.pass(Duration.ofSeconds(6));
        cluster.schedule("agent");
        assertThat(where()).as("the block is another one now").containsExactly("n1");
        for (List<String> expected : List.of(List.of("n1"), List.<String>of())) {
            cluster.report(on("n1"), ClientStatus.FAILED);
            cluster.pass(Duration.ofSeconds(6));
            cluster.schedule("agent");
            assertThat(where()).as("once in an hour").isEqualTo(expected);
        }
    }

    @Test
    void nodes_that_do_not_fit_are_left_out_and_not_failed_on() {
        nodes(2);
        cluster.node("other", "dc2");
        agent("system", ",\"Datacenters\":[\"dc1\"]", "");
        var plan = cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2");
        assertThat(plan.failed()).isEmpty();
        assertThat(plan.followUps()).isEmpty();
        assertThat(plan.evaluation().queuedAllocations()).containsEntry("g", 0);
    }

    @Test
    void a_job_that_fits_no_node_at_all_is_a_failure_with_the_reason_and_runs_when_a_node_comes_that_fits() {
        nodes(2);
        agent("system", ",\"Datacenters\":[\"dc9\"]", "");
        var plan = cluster.schedule("agent");
        assertThat(plan.failed()).containsOnlyKeys("g");
        assertThat(plan.followUps())
                .singleElement()
                .satisfies(it -> assertThat(it.status()).isEqualTo(EvaluationStatus.BLOCKED));
        cluster.node("n3", "dc9");
        assertThat(cluster.schedule("agent").failed()).isEmpty();
        assertThat(where()).containsExactly("n3");
    }

    @Test
    void a_full_node_is_a_failure_with_its_reason_and_is_filled_when_there_is_room() {
        nodes(2);
        cluster.register("""
                {"ID":"big","TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
                 "Resources":{"CPU":950,"MemoryMB":100}}]}]}""");
        cluster.schedule("big");
        var full = cluster.live("big").getFirst().nodeId().value();
        agent("system", "", "");
        var plan = cluster.schedule("agent");
        assertThat(where()).hasSize(1).doesNotContain(full);
        assertThat(plan.failed().get("g").explanation()).anyMatch(it -> it.startsWith("node " + full + ": "));
        assertThat(plan.failed().get("g").nodesEvaluated()).isEqualTo(1);
        assertThat(plan.followUps()).extracting(Evaluation::status).containsExactly(EvaluationStatus.BLOCKED);
        cluster.apply(new Command.DeregisterJob("default", new JobId("big"), false, Optional.empty(), TestCluster.NOW));
        cluster.schedule("big");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2");
    }

    @Test
    void an_ineligible_node_keeps_what_it_runs_and_gets_nothing_new() {
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        cluster.everythingRuns("agent");
        var kept = on("n1");
        cluster.eligibility("n1", "ineligible");
        agent("system", "", ",\"Env\":{\"A\":\"1\"}");
        cluster.schedule("agent");
        cluster.everythingRuns("agent");
        cluster.schedule("agent");
        assertThat(on("n1")).extracting(Allocation::id).isEqualTo(kept.id());
        assertThat(on("n2").jobVersion()).isEqualTo(1);
        cluster.eligibility("n1", "eligible");
        cluster.schedule("agent");
        assertThat(on("n1").jobVersion()).isEqualTo(1);
    }

    @Test
    void a_version_for_which_no_node_is_open_begins_no_deployment_again_and_again() {
        nodes(1);
        agent("system", ",\"Update\":{\"MaxParallel\":1}", "");
        cluster.schedule("agent");
        cluster.everythingRuns("agent");
        cluster.schedule("agent");
        cluster.eligibility("n1", "ineligible");
        agent("system", ",\"Update\":{\"MaxParallel\":1}", ",\"Env\":{\"A\":\"2\"}");
        cluster.schedule("agent");
        assertThat(cluster.schedule("agent").isEmpty()).isTrue();
        cluster.eligibility("n1", "eligible");
        assertThat(cluster.schedule("agent").deployment()).isPresent();
        assertThat(on("n1").jobVersion()).isEqualTo(1);
    }

    @Test
    void a_changed_job_is_replaced_as_many_nodes_at_a_time_as_it_says() {
        nodes(4);
        agent("system", ",\"Update\":{\"MaxParallel\":2}", "");
        cluster.schedule("agent");
        cluster.everythingRuns("agent");
        agent("system", ",\"Update\":{\"MaxParallel\":2}", ",\"Env\":{\"A\":\"1\"}");
        cluster.schedule("agent");
        assertThat(cluster.live("agent")).filteredOn(it -> it.jobVersion() == 1).hasSize(2);
        assertThat(cluster.schedule("agent").isEmpty()).isTrue();
        cluster.everythingRuns("agent");
        cluster.schedule("agent");
        assertThat(cluster.live("agent")).hasSize(4).allMatch(it -> it.jobVersion() == 1);
    }

    @Test
    void a_change_a_running_task_takes_over_replaces_nothing() {
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        var before = cluster.live("agent").stream().map(Allocation::id).toList();
        agent("system", ",\"Priority\":80", "");
        cluster.schedule("agent");
        assertThat(cluster.live("agent")).extracting(Allocation::id).containsExactlyElementsOf(before);
        assertThat(cluster.live("agent")).allMatch(it -> it.jobVersion() == 1);
    }

    @Test
    void a_node_that_does_not_fit_the_new_version_is_cleared() {
        nodes(1);
        cluster.node("n2", "dc2");
        agent("system", "", "");
        cluster.schedule("agent");
        agent("system", ",\"Datacenters\":[\"dc1\"]", "");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1");
    }

    @Test
    void a_stopped_job_stops_everywhere() {
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        cluster.apply(
                new Command.DeregisterJob("default", new JobId("agent"), false, Optional.empty(), TestCluster.NOW));
        cluster.schedule("agent");
        assertThat(where()).isEmpty();
    }

    @Test
    void a_sysbatch_runs_once_on_each_node_for_each_version() {
        nodes(2);
        agent("sysbatch", "", "");
        cluster.schedule("agent");
        cluster.live("agent").forEach(allocation -> cluster.report(allocation, ClientStatus.COMPLETE));
        assertThat(cluster.schedule("agent").isEmpty()).isTrue();
        cluster.node("n3", "dc1");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n3");
        cluster.report(on("n3"), ClientStatus.COMPLETE);
        agent("sysbatch", "", ",\"Env\":{\"A\":\"1\"}");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2", "n3");
    }

    @Test
    void a_sysbatch_that_was_stopped_runs_again_when_it_is_registered_again() {
        nodes(1);
        agent("sysbatch", "", "");
        cluster.schedule("agent");
        cluster.apply(
                new Command.DeregisterJob("default", new JobId("agent"), false, Optional.empty(), TestCluster.NOW));
        cluster.schedule("agent");
        cluster.all("agent").forEach(allocation -> cluster.report(allocation, ClientStatus.COMPLETE));
        agent("sysbatch", "", "");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1");
    }

    /** A node that says this of itself. */
    private void node(String id, String meta, boolean detected, boolean healthy) {
        cluster.node("""
                {"ID":"%1$s","Name":"%1$s","Datacenter":"dc1","HTTPAddr":"10.0.0.1:4646","Meta":{%2$s},
                 "Attributes":{"kernel.name":"linux"},"Drivers":{"raw_exec":{"Detected":%3$b,"Healthy":%4$b}},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000}}}""".formatted(id, meta, detected, healthy));
    }

    @Test
    void a_driver_that_is_away_for_a_while_stops_nothing_that_runs_and_starts_nothing() {
        node("n1", "", true, true);
        node("n2", "", true, false);
        agent("system", "", "");
        cluster.schedule("agent");
        cluster.everythingRuns("agent");
        var before = on("n1").id();
        for (boolean detected : List.of(true, false)) {
            node("n1", "", detected, false);
            assertThat(cluster.schedule("agent").stopped()).isEmpty();
            agent("system", ",\"Priority\":" + (detected ? 60 : 70), "");
            cluster.schedule("agent");
            assertThat(cluster.live("agent")).extracting(Allocation::id).containsExactly(before);
            assertThat(on("n1").jobVersion()).isEqualTo(detected ? 1 : 2);
        }
        node("n2", "", true, true);
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2");
    }

    @Test
    void what_somebody_says_of_a_node_gives_it_one_or_takes_it_away() {
        node("n1", "\"role\":\"edge\"", true, true);
        node("n2", "", true, true);
        agent("system", ",\"Constraints\":[{\"LTarget\":\"${meta.role}\",\"RTarget\":\"edge\",\"Operand\":\"=\"}]", "");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1");
        node("n1", "\"role\":\"core\"", true, true);
        node("n2", "\"role\":\"edge\"", true, true);
        var plan = cluster.schedule("agent");
        assertThat(plan.stopped())
                .singleElement()
                .satisfies(it -> assertThat(it.reason()).startsWith("the node does not fit the job any more: "));
        assertThat(where()).containsExactly("n2");
    }

    @Test
    void a_property_that_is_to_be_distinct_has_one_for_each_value_and_another_when_that_one_is_lost() {
        for (String node : List.of("n1", "n2", "n3")) {
            node(node, "\"rack\":\"" + (node.equals("n3") ? "b" : "a") + "\"", true, true);
        }
        node("n4", "", true, true);
        agent(
                "system",
                ",\"Constraints\":[{\"LTarget\":\"${meta.rack}\",\"RTarget\":\"1\",\"Operand\":\"distinct_property\"}]",
                "");
        var plan = cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n3");
        assertThat(plan.failed()).as("the others are left out").isEmpty();
        assertThat(plan.deployment().orElseThrow().taskGroups().get("g").desiredTotal())
                .isEqualTo(2);
        cluster.everythingRuns("agent");
        assertThat(cluster.schedule("agent").ended())
                .singleElement()
                .satisfies(it -> assertThat(it.status()).isEqualTo(DeploymentStatus.SUCCESSFUL));
        cluster.status("n1", NodeStatus.DOWN);
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n2", "n3");
        cluster.status("n1", NodeStatus.READY);
        assertThat(cluster.schedule("agent").isEmpty()).isTrue();
    }

    @Test
    void nodes_that_others_of_the_job_took_are_left_out_also_where_that_is_all_of_them() {
        nodes(2);
        cluster.register("""
                {"ID":"agent","Type":"system","Constraints":[{"Operand":"distinct_hosts"}],"TaskGroups":[
                  {"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec"}]},
                  {"Name":"h","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec"}]}]}""");
        var plan = cluster.schedule("agent");
        assertThat(cluster.live("agent")).extracting(Allocation::taskGroup).containsExactly("g", "g");
        assertThat(plan.failed()).isEmpty();
        assertThat(plan.followUps()).isEmpty();
        cluster.everythingRuns("agent");
        assertThat(cluster.schedule("agent").ended())
                .singleElement()
                .satisfies(it -> assertThat(it.status()).isEqualTo(DeploymentStatus.SUCCESSFUL));
    }

    @Test
    void a_property_that_no_node_has_is_told() {
        nodes(2);
        agent("system", ",\"Constraints\":[{\"LTarget\":\"${meta.rack}\",\"Operand\":\"distinct_property\"}]", "");
        var plan = cluster.schedule("agent");
        assertThat(plan.failed()).containsOnlyKeys("g");
        assertThat(plan.followUps()).extracting(Evaluation::status).containsExactly(EvaluationStatus.BLOCKED);
    }

    @Test
    void several_on_each_node_share_what_a_property_allows() {
        for (String node : List.of("n1", "n2", "n3")) {
            node(node, "\"rack\":\"" + (node.equals("n3") ? "b" : "a") + "\"", true, true);
        }
        cluster.register("""
                {"ID":"agent","Type":"sysbatch","TaskGroups":[{"Name":"g","Count":3,
                  "Constraints":[{"LTarget":"${meta.rack}","RTarget":"4","Operand":"distinct_property"}],
                  "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n1", "n2", "n2", "n3", "n3", "n3");
        assertThat(cluster.schedule("agent").isEmpty()).isTrue();
        cluster.status("n1", NodeStatus.DOWN);
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n2", "n2", "n2", "n3", "n3", "n3");
    }

    @Test
    void a_sysbatch_with_a_count_runs_so_often_on_each_node() {
        nodes(2);
        var job = """
                {"ID":"agent","Type":"sysbatch","TaskGroups":[{"Name":"g","Count":%d,
                  "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""";
        cluster.register(job.formatted(3));
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n1", "n1", "n2", "n2", "n2");
        assertThat(cluster.live("agent"))
                .extracting(Allocation::name)
                .contains("agent.g[0]", "agent.g[1]", "agent.g[2]");
        cluster.report(on("n1"), ClientStatus.COMPLETE);
        assertThat(cluster.schedule("agent").isEmpty()).isTrue();
        cluster.live("agent").forEach(allocation -> cluster.report(allocation, ClientStatus.RUNNING));
        cluster.register(job.formatted(1));
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2");
    }

    @Test
    void who_had_to_make_room_comes_back_to_its_node_when_there_is_room_again() {
        cluster.configure("{\"PreemptionConfig\":{\"SystemSchedulerEnabled\":true,\"ServiceSchedulerEnabled\":true}}");
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        cluster.register("""
                {"ID":"big","Priority":80,"TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
                 "Resources":{"CPU":950,"MemoryMB":100}}]}]}""");
        var evicting = cluster.schedule("big");
        var taken = cluster.live("big").getFirst().nodeId().value();
        assertThat(evicting.ofVictims()).extracting(it -> it.jobId().value()).containsExactly("agent");
        assertThat(where()).hasSize(1).doesNotContain(taken);
        var waiting = cluster.schedule("agent");
        assertThat(waiting.failed()).containsOnlyKeys("g");
        assertThat(waiting.stopped()).as("it does not evict in turn").isEmpty();
        cluster.apply(new Command.DeregisterJob("default", new JobId("big"), false, Optional.empty(), TestCluster.NOW));
        cluster.schedule("big");
        cluster.schedule("agent");
        assertThat(where()).containsExactly("n1", "n2");
    }

    @Test
    void one_that_was_asked_to_leave_and_finds_no_room_any_more_does_not_keep_the_deployment_from_its_end() {
        nodes(2);
        agent("system", "", "");
        cluster.schedule("agent");
        cluster.report(on("n1"), ClientStatus.RUNNING);
        cluster.node("""
                {"ID":"n2","Name":"n2","Datacenter":"dc1","HTTPAddr":"10.0.0.1:4646",
                 "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":50},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000}}}""");
        assertThat(cluster.schedule("agent").ended())
                .as("it has to prove itself")
                .isEmpty();
        cluster.migrate(on("n2"));
        var plan = cluster.schedule("agent");
        assertThat(plan.failed()).containsOnlyKeys("g");
        assertThat(plan.ended())
                .singleElement()
                .satisfies(it -> assertThat(it.status()).isEqualTo(DeploymentStatus.SUCCESSFUL));
    }
}
