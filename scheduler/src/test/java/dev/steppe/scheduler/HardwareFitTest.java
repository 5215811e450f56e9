package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AllocatedTask;
import dev.steppe.model.Allocation;
import dev.steppe.model.JobId;
import dev.steppe.model.NodeSpec;
import dev.steppe.state.Command;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Cores, memory nodes and devices: who gets which, and what is said when there are none. */
class HardwareFitTest {
    private final TestCluster cluster = new TestCluster();

    /** Eight cores of 1000 MHz, four on each memory node; two kinds of devices, one on each memory node. */
    private void node(String id) {
        cluster.apply(new Command.RegisterNode(
                TestCluster.read(NodeSpec.class, """
                {"ID":"%1$s","Name":"%1$s","HTTPAddr":"10.0.0.1:4646","Attributes":{"network.modes":"host"},
                 "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":8000,"TotalCpuCores":8,"ReservableCpuCores":[0,1,2,3,4,5,6,7],
                   "NumaNodes":[{"ID":0,"Cores":[0,1,2,3]},{"ID":1,"Cores":[4,5,6,7]}]},
                   "Memory":{"MemoryMB":8000},"Disk":{"DiskMB":10000},"MinDynamicPort":20000,"MaxDynamicPort":20010,
                   "Devices":[
                    {"Vendor":"nvidia","Type":"gpu","Name":"t4","Instances":[
                      {"ID":"t-0","Healthy":true,"Locality":{"PciBusID":"a","NumaNode":0}},
                      {"ID":"t-1","Healthy":false,"Locality":{"PciBusID":"b","NumaNode":0}}],
                     "Attributes":{"memory":{"Int":16,"Unit":"GiB"},"driver":{"String":"535.1"}}},
                    {"Vendor":"nvidia","Type":"gpu","Name":"a100","Instances":[
                      {"ID":"a-0","Healthy":true,"Locality":{"PciBusID":"c","NumaNode":1}},
                      {"ID":"a-1","Healthy":true,"Locality":{"PciBusID":"d","NumaNode":1}}],
                     "Attributes":{"memory":{"Int":40,"Unit":"GiB"},"driver":{"String":"550.2"}}}]}}""".formatted(id)), List.of(), TestCluster.NOW));
    }

    private Plan run(String id, String resources) {
        cluster.register(job(id, resources));
        return cluster.schedule(id);
    }

    private static String job(String id, String resources) {
        return """
                {"ID":"%1$s","Name":"%1$s","Type":"service","TaskGroups":[{"Name":"g","EphemeralDisk":{"SizeMB":10},
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"MemoryMB":50,%2$s}}]}]}""".formatted(id, resources);
    }

    private AllocatedTask given(String job) {
        Allocation only = cluster.live(job).getFirst();
        return only.allocatedResources().tasks().get("t");
    }

    private String refusal(Plan plan) {
        return plan.failed().get("g").explanation().getFirst();
    }

    @Test
    void reserved_cores_are_worth_their_share_and_nobody_else_gets_them() {
        node("n1");
        run("one", "\"Cores\":3");
        assertThat(given("one").cpu().reservedCores()).containsExactly(0, 1, 2);
        assertThat(given("one").cpu().shares()).isEqualTo(3000);
        run("two", "\"Cores\":2");
        assertThat(given("two").cpu().reservedCores()).containsExactly(3, 4);
        run("shared", "\"CPU\":3000");
        assertThat(cluster.live("shared")).hasSize(1);
        assertThat(refusal(run("more", "\"CPU\":1"))).contains("cpu: 1 MHz asked, 0 free of 8000");
    }

    @Test
    void too_few_free_cores_are_told_with_their_holders() {
        node("n1");
        run("one", "\"Cores\":6");
        assertThat(refusal(run("two", "\"Cores\":9"))).contains("cpu: 9000 MHz asked");
        var plan = run("three", "\"Cores\":2,\"NUMA\":{\"Affinity\":\"require\"}");
        assertThat(cluster.live("three")).hasSize(1);
        assertThat(plan.failed()).isEmpty();
    }

    @Test
    void a_node_that_keeps_nobody_off_cores_is_not_asked_for_any_and_says_why() {
        cluster.apply(new Command.RegisterNode(TestCluster.read(NodeSpec.class, """
                {"ID":"n1","Name":"n1","HTTPAddr":"10.0.0.1:4646",
                 "Attributes":{"network.modes":"host","cpu.reservablecores.reason":"the agent is not root"},
                 "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":8000,"TotalCpuCores":8,"ReservableCpuCores":[]},
                   "Memory":{"MemoryMB":8000},"Disk":{"DiskMB":10000},"MinDynamicPort":20000,"MaxDynamicPort":20010}}
                """), List.of(), TestCluster.NOW));
        var plan = run("alone", "\"Cores\":2");
        assertThat(refusal(plan))
                .contains("cores: 2 asked by task \"t\", the node gives none to a task alone: the agent is not root");
        assertThat(plan.failed().get("g").constraintFiltered()).containsKey("cores");
        run("shared", "\"CPU\":8000");
        assertThat(cluster.live("shared")).hasSize(1);
    }

    @Test
    void cores_on_one_memory_node_are_found_required_or_preferred() {
        node("n1");
        run("first", "\"Cores\":2");
        run("required", "\"Cores\":3,\"NUMA\":{\"Affinity\":\"require\"}");
        assertThat(given("required").cpu().reservedCores()).containsExactly(4, 5, 6);
        var plan = run("again", "\"Cores\":3,\"NUMA\":{\"Affinity\":\"require\"}");
        assertThat(plan.failed().get("g").dimensionExhausted()).containsKey("numa-cores");
        run("preferred", "\"Cores\":3,\"NUMA\":{\"Affinity\":\"prefer\"}");
        assertThat(given("preferred").cpu().reservedCores()).containsExactly(2, 3, 7);
    }

    @Test
    void cores_are_close_to_the_devices_that_are_named() {
        node("n1");
        run(
                "near",
                "\"Cores\":2,\"NUMA\":{\"Affinity\":\"require\",\"Devices\":[\"nvidia/gpu/a100\"]},"
                        + "\"Devices\":[{\"Name\":\"nvidia/gpu/a100\"}]");
        assertThat(given("near").cpu().reservedCores()).containsExactly(4, 5);
        assertThat(given("near").devices().getFirst().ids()).containsExactly("a-0");
    }

    @Test
    void a_whole_device_is_never_shared_and_sick_ones_are_not_given() {
        node("n1");
        run("one", "\"Devices\":[{\"Name\":\"nvidia/gpu/t4\"}]");
        assertThat(given("one").devices().getFirst().ids()).containsExactly("t-0");
        var plan = run("two", "\"Devices\":[{\"Name\":\"nvidia/gpu/t4\"}]");
        assertThat(refusal(plan)).contains("device 1 x \"nvidia/gpu/t4\"", "held by job one");
        assertThat(plan.failed().get("g").dimensionExhausted()).containsKey("devices: no devices match request");
        assertThat(refusal(run("three", "\"Devices\":[{\"Name\":\"nvidia/gpu/t4\",\"Count\":2}]")))
                .contains("the node has 1 healthy \"nvidia/gpu/t4\", 2 healthy \"nvidia/gpu/a100\"");
    }

    private String shared(String id, double share) {
        run(id, "\"Devices\":[{\"Name\":\"nvidia/gpu/a100\",\"Share\":" + share + "}]");
        return given(id).devices().getFirst().ids().getFirst();
    }

    @Test
    void shares_go_to_the_fullest_device_where_they_fit_up_to_one_in_all() {
        node("n1");
        assertThat(shared("half", 0.5)).isEqualTo("a-0");
        assertThat(shared("third", 0.33)).isEqualTo("a-0");
        assertThat(shared("quarter", 0.25)).isEqualTo("a-1");
        assertThat(shared("rest", 0.17)).isEqualTo("a-0");
        assertThat(given("rest").devices().getFirst().share()).contains(0.17);
        assertThat(refusal(run("whole", "\"Devices\":[{\"Name\":\"nvidia/gpu/a100\"}]")))
                .contains("device 1 x \"nvidia/gpu/a100\"", "held by job half", "job quarter");
        assertThat(refusal(run("most", "\"Devices\":[{\"Name\":\"nvidia/gpu/a100\",\"Share\":0.76}]")))
                .contains("device 0.76 of a \"nvidia/gpu/a100\"", "too few of 2 are free");
        assertThat(shared("fits", 0.75)).isEqualTo("a-1");
    }

    @Test
    void when_spreading_shares_go_to_the_emptiest_device() {
        node("n1");
        cluster.configure("{\"SchedulerAlgorithm\":\"spread\"}");
        assertThat(shared("one", 0.5)).isEqualTo("a-0");
        assertThat(shared("two", 0.3)).isEqualTo("a-1");
        assertThat(shared("three", 0.3)).isEqualTo("a-1");
    }

    @Test
    void two_tasks_of_one_instance_may_share_a_device() {
        node("n1");
        String resources =
                "\"Resources\":{\"CPU\":100,\"MemoryMB\":50,\"Devices\":[{\"Name\":\"nvidia/gpu/t4\",\"Share\":0.5}]}";
        cluster.register("""
                {"ID":"pair","Name":"pair","Type":"service","TaskGroups":[{"Name":"g","EphemeralDisk":{"SizeMB":10},
                 "Tasks":[{"Name":"a","Driver":"raw_exec",%1$s},{"Name":"b","Driver":"raw_exec",%1$s}]}]}""".formatted(resources));
        cluster.schedule("pair");
        var use = cluster.snapshot()
                .usage(cluster.live("pair").getFirst().nodeId())
                .devices();
        assertThat(use.values()).singleElement().satisfies(device -> {
            assertThat(device.held()).isEqualTo(1_000);
            assertThat(device.holders()).hasSize(1);
        });
        cluster.apply(
                new Command.DeregisterJob("default", new JobId("pair"), false, Optional.empty(), TestCluster.NOW));
        cluster.schedule("pair");
        assertThat(cluster.live("pair")).isEmpty();
    }

    @Test
    void a_plan_for_more_of_a_device_than_is_left_meanwhile_is_rejected() {
        node("n1");
        String share = "\"Devices\":[{\"Name\":\"nvidia/gpu/t4\",\"Share\":0.6}]";
        cluster.register(job("late", share));
        var late = cluster.plan("late");
        run("quick", share);
        var verdict = PlanCheck.check(cluster.snapshot(), late);
        assertThat(verdict.accepted().placed()).isEmpty();
        assertThat(verdict.rejected()).hasSize(1);
    }

    @Test
    void attributes_with_units_are_compared_by_amount() {
        node("n1");
        run(
                "big",
                "\"Devices\":[{\"Name\":\"gpu\",\"Constraints\":[{\"LTarget\":\"${device.attr.memory}\","
                        + "\"Operand\":\">=\",\"RTarget\":\"20000 MiB\"},{\"LTarget\":\"${device.attr.driver}\","
                        + "\"Operand\":\"version\",\"RTarget\":\">= 540\"}]}]");
        assertThat(given("big").devices().getFirst().name()).isEqualTo("a100");
        assertThat(refusal(run(
                        "none",
                        "\"Devices\":[{\"Name\":\"gpu\",\"Constraints\":[{\"LTarget\":\"${device.attr.memory}\","
                                + "\"Operand\":\">\",\"RTarget\":\"5 W\"}]}]")))
                .contains("device 1 x \"gpu\" with ${device.attr.memory} > 5 W");
    }

    @Test
    void the_better_liked_device_is_given_and_scores() {
        node("n1");
        run(
                "liking",
                "\"Devices\":[{\"Name\":\"gpu\",\"Affinities\":[{\"LTarget\":\"${device.model}\","
                        + "\"RTarget\":\"a100\",\"Weight\":75}]}]");
        assertThat(given("liking").devices().getFirst().name()).isEqualTo("a100");
        var scores = cluster.live("liking").getFirst().metrics().orElseThrow().scoreMetaData();
        assertThat(scores.getFirst().scores()).containsEntry("devices", 1.0);
    }
}
