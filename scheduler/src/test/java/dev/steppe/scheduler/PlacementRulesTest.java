package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.SchedulerConfiguration;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where instances go and stay by rules that are not about room. Nodes have 1000 MHz and 1000 MB. */
class PlacementRulesTest {
    private final TestCluster cluster = new TestCluster();

    private void node(String id, String pool, String attributes, String drivers) {
        cluster.node("""
                {"ID":"%1$s","Name":"%1$s","HTTPAddr":"10.0.0.1:4646","NodePool":"%2$s","Attributes":{%3$s},"Drivers":{%4$s},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000}}}""".formatted(id, pool, attributes, drivers));
    }

    private static String driver(String name, boolean healthy) {
        return "\"%s\":{\"Detected\":true,\"Healthy\":%b}".formatted(name, healthy);
    }

    private Plan run(String id, int count, String jobFields, String groupFields, String resources) {
        cluster.register("""
                {"ID":"%1$s","Name":"%1$s","Type":"service"%3$s,"TaskGroups":[{"Name":"g","Count":%2$d%4$s,
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{%5$s}}]}]}""".formatted(id, count, jobFields, groupFields, resources));
        return cluster.schedule(id);
    }

    private static final String SMALL = "\"CPU\":100,\"MemoryMB\":100";

    private List<String> nodesOf(String job) {
        return cluster.live(job).stream().map(it -> it.nodeId().value()).toList();
    }

    @Test
    void a_job_goes_to_the_nodes_of_its_pool_only_and_all_is_every_pool() {
        node("n1", "default", "", driver("raw_exec", true));
        node("n2", "gpu", "", driver("raw_exec", true));
        run("usual", 2, "", "", SMALL);
        assertThat(nodesOf("usual")).containsOnly("n1").hasSize(2);
        run("special", 2, ",\"NodePool\":\"gpu\"", "", SMALL);
        assertThat(nodesOf("special")).containsOnly("n2").hasSize(2);
        run("both", 2, ",\"NodePool\":\"all\"", "", SMALL);
        assertThat(nodesOf("both")).containsExactlyInAnyOrder("n1", "n2");
    }

    @Test
    void a_driver_must_be_there_and_work_for_each_task() {
        node("n1", "default", "", "");
        node("n2", "default", "", driver("raw_exec", false));
        node("n3", "default", "", driver("docker", true));
        var failed = run("web", 1, "", "", SMALL).failed().get("g");
        assertThat(failed.constraintFiltered())
                .containsEntry("missing drivers", 2)
                .containsEntry("unhealthy drivers", 1);
        node("n4", "default", "", driver("raw_exec", true));
        cluster.schedule("web");
        assertThat(nodesOf("web")).containsExactly("n4");
    }

    @Test
    void a_network_mode_must_be_possible_there() {
        node("n1", "default", "\"network.modes\":\"host\"", driver("raw_exec", true));
        node("n2", "default", "\"network.modes\":\"host,bridge,cni/storage\"", driver("raw_exec", true));
        run("bridge", 1, "", ",\"Networks\":[{\"Mode\":\"bridge\"}]", SMALL);
        run("cni", 1, "", ",\"Networks\":[{\"Mode\":\"cni/storage\"}]", SMALL);
        assertThat(nodesOf("bridge")).containsExactly("n2");
        assertThat(nodesOf("cni")).containsExactly("n2");
    }

    @Test
    void instances_of_a_group_keep_away_from_each_other_where_nothing_else_matters_more() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        cluster.node("n3", "dc1");
        run("web", 3, "", "", SMALL);
        assertThat(nodesOf("web")).containsExactlyInAnyOrder("n1", "n2", "n3");
        run("more", 4, "", "", SMALL);
        var last = cluster.live("more").stream().filter(it -> it.index() == 3).findFirst();
        assertThat(last.orElseThrow().metrics().orElseThrow().scoreMetaData())
                .hasSize(3)
                .allSatisfy(it -> assertThat(it.scores()).containsEntry("job-anti-affinity", -0.5));
    }

    @Test
    void what_failed_on_a_node_goes_to_another_where_there_is_one() {
        cluster.node("n1", "dc1");
        run("web", 1, "", "", SMALL);
        cluster.node("n2", "dc1");
        fail();
        cluster.schedule("web");
        assertThat(nodesOf("web")).containsExactly("n2");
        fail();
        cluster.schedule("web");
        assertThat(nodesOf("web")).as("it failed on both").hasSize(1);
        assertThat(cluster.live("web").getFirst().metrics().orElseThrow().scoreMetaData())
                .allSatisfy(it -> assertThat(it.scores()).containsEntry("node-reschedule-penalty", -1.0));
    }

    private void fail() {
        cluster.report(cluster.live("web").getFirst(), ClientStatus.FAILED);
        cluster.pass(Duration.ofMinutes(2));
    }

    @Test
    void a_sticky_disk_draws_its_instance_back_to_its_node_if_that_takes_it() {
        cluster.node("n1", "dc1");
        String sticky = ",\"EphemeralDisk\":{\"Sticky\":true,\"SizeMB\":100}";
        run("web", 1, "", sticky, SMALL);
        cluster.node("n2", "dc1");
        run("web", 1, "", sticky + ",\"Meta\":{\"v\":\"2\"}", SMALL);
        assertThat(nodesOf("web")).containsExactly("n1");
        cluster.eligibility("n1", "ineligible");
        run("web", 1, "", sticky + ",\"Meta\":{\"v\":\"3\"}", SMALL);
        assertThat(nodesOf("web")).containsExactly("n2");
    }

    @Test
    void numbers_that_are_free_are_given_again_the_lowest_first() {
        cluster.node("n1", "dc1");
        run("web", 4, "", "", SMALL);
        cluster.everythingRuns("web");
        var second = cluster.live("web").stream().filter(it -> it.index() == 1).findFirst();
        cluster.migrate(second.orElseThrow());
        cluster.schedule("web");
        assertThat(cluster.live("web")).extracting(Allocation::index).containsExactlyInAnyOrder(0, 1, 2, 3);
        run("web", 6, "", "", SMALL);
        assertThat(cluster.live("web")).extracting(Allocation::index).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5);
    }

    @Test
    void cores_of_a_job_of_lower_priority_are_taken_and_no_others() {
        cluster.configure("{\"PreemptionConfig\":{\"ServiceSchedulerEnabled\":true}}");
        cluster.node("""
                {"ID":"n1","Name":"n1","HTTPAddr":"10.0.0.1:4646","Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":4000,"TotalCpuCores":4,"ReservableCpuCores":[0,1,2,3]},"Memory":{"MemoryMB":1000},
                                  "Disk":{"DiskMB":10000}}}""");
        run("low", 1, ",\"Priority\":20", "", "\"Cores\":2,\"MemoryMB\":10");
        run("middle", 1, ",\"Priority\":40", "", "\"Cores\":1,\"MemoryMB\":10");
        run("innocent", 1, ",\"Priority\":10", "", "\"CPU\":100,\"MemoryMB\":10");
        var plan = run("high", 1, ",\"Priority\":70", "", "\"Cores\":2,\"MemoryMB\":10");
        assertThat(cluster.live("high")).as("%s", plan.failed()).hasSize(1);
        assertThat(cluster.live("low")).isEmpty();
        assertThat(cluster.live("middle")).hasSize(1);
        assertThat(cluster.live("innocent")).hasSize(1);
    }

    @Test
    void each_type_of_job_evicts_only_where_that_is_allowed_for_it() {
        for (String type : List.of("service", "batch", "system", "sysbatch")) {
            for (String allowed : List.of("service", "batch", "system", "sysbatch")) {
                assertThat(evicts(type, allowed))
                        .as("%s where %s may", type, allowed)
                        .isEqualTo(type.equals(allowed));
            }
        }
        assertThat(SchedulerConfiguration.standard().preemption())
                .as("as long as nobody says otherwise")
                .isEqualTo(new SchedulerConfiguration.Preemption(true, false, false, false));
    }

    private static boolean evicts(String type, String allowed) {
        var cluster = new TestCluster();
        String only = """
                {"PreemptionConfig":{"SystemSchedulerEnabled":%b,"SysBatchSchedulerEnabled":%b,
                 "BatchSchedulerEnabled":%b,"ServiceSchedulerEnabled":%b}}""";
        cluster.configure(only.formatted(
                allowed.equals("system"),
                allowed.equals("sysbatch"),
                allowed.equals("batch"),
                allowed.equals("service")));
        cluster.node("n1", "dc1");
        String job = """
                {"ID":"%1$s","Name":"%1$s","Type":"%2$s","Priority":%3$d,"TaskGroups":[{"Name":"g","Count":1,
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":900,"MemoryMB":10}}]}]}""";
        cluster.register(job.formatted("low", "service", 10));
        cluster.schedule("low");
        cluster.register(job.formatted("high", type, 90));
        cluster.schedule("high");
        return !cluster.live("high").isEmpty();
    }

    @Test
    void nothing_new_goes_to_a_node_that_is_ineligible_down_or_not_yet_ready() {
        for (NodeStatus status : List.of(NodeStatus.DOWN, NodeStatus.INITIALIZING, NodeStatus.DISCONNECTED)) {
            cluster.node("n-" + status, "dc1");
            cluster.status("n-" + status, status);
        }
        cluster.node("n-ineligible", "dc1");
        cluster.eligibility("n-ineligible", "ineligible");
        run("web", 1, "", "", SMALL);
        assertThat(cluster.live("web")).isEmpty();
        cluster.node("n1", "dc1");
        cluster.schedule("web");
        assertThat(nodesOf("web")).containsExactly("n1");
    }

    @Test
    void numbers_stay_unique_when_a_job_gets_another_name_and_count() {
        cluster.node("n1", "dc1");
        String job = """
                {"ID":"web","Name":"%s","TaskGroups":[{"Name":"g","Count":%d,
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""";
        cluster.register(job.formatted("shop", 2));
        cluster.schedule("web");
        cluster.everythingRuns("web");
        cluster.register(job.formatted("store", 4));
        for (int round = 0; round < 4; round++) {
            cluster.schedule("web");
            cluster.everythingRuns("web");
        }
        assertThat(cluster.live("web"))
                .extracting(Allocation::name)
                .containsExactlyInAnyOrder("web.g[0]", "web.g[1]", "web.g[2]", "web.g[3]");
        assertThat(cluster.live("web")).allMatch(it -> it.jobVersion() == 1);
    }

    @Test
    void a_running_job_moves_one_by_one_to_the_pool_it_is_given() {
        node("n1", "default", "", driver("raw_exec", true));
        node("n2", "gpu", "", driver("raw_exec", true));
        run("web", 2, "", "", SMALL);
        cluster.everythingRuns("web");
        run("web", 2, ",\"NodePool\":\"gpu\"", "", SMALL);
        assertThat(nodesOf("web")).containsExactlyInAnyOrder("n1", "n2");
        cluster.everythingRuns("web");
        cluster.schedule("web");
        assertThat(nodesOf("web")).containsExactly("n2", "n2");
    }

    @Test
    void a_job_that_wants_its_instances_apart_now_moves_no_more_of_them_than_it_must() {
        cluster.node("n1", "dc1");
        run("web", 3, "", "", SMALL);
        cluster.everythingRuns("web");
        cluster.node("n2", "dc1");
        cluster.node("n3", "dc1");
        for (int round = 0; round < 4; round++) {
            run("web", 3, ",\"Constraints\":[{\"Operand\":\"distinct_hosts\"}]", "", SMALL);
            cluster.everythingRuns("web");
        }
        assertThat(nodesOf("web")).containsExactlyInAnyOrder("n1", "n2", "n3");
        assertThat(cluster.all("web")).as("two have moved").hasSize(5);
    }

    @Test
    void nothing_moves_away_from_instances_that_the_same_version_ends() {
        cluster.node("n1", "dc1");
        String job = """
                {"ID":"web","Constraints":[%s],"TaskGroups":[
                  {"Name":"a","Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}%s]}""";
        String other = """
                ,{"Name":"b","Count":%d,
                  "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}""";
        for (String left : List.of("", other.formatted(0))) {
            cluster.register(job.formatted("", other.formatted(2)));
            cluster.schedule("web");
            cluster.everythingRuns("web");
            cluster.register(job.formatted("{\"Operand\":\"distinct_hosts\"}", left));
            var plan = cluster.schedule("web");
            assertThat(plan.updates().get("a").inPlace()).isEqualTo(1);
            assertThat(cluster.live("web")).extracting(Allocation::taskGroup).containsExactly("a");
        }
    }

    @Test
    void a_property_that_is_to_be_distinct_now_moves_what_is_too_many_also_of_another_group() {
        for (String id : List.of("n1", "n2", "n3")) {
            cluster.node("""
                    {"ID":"%1$s","Name":"%1$s","HTTPAddr":"10.0.0.1:4646","Meta":{"rack":"%2$s"},
                     "Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                     "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000}}}""".formatted(id, id.equals("n3") ? "b" : "a"));
        }
        cluster.eligibility("n3", "ineligible");
        String job = """
                {"ID":"web","Constraints":[%s],"TaskGroups":[
                  {"Name":"a","Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]},
                  {"Name":"b","Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""";
        cluster.register(job.formatted(""));
        cluster.schedule("web");
        cluster.everythingRuns("web");
        cluster.eligibility("n3", "eligible");
        cluster.register(
                job.formatted("{\"LTarget\":\"${meta.rack}\",\"RTarget\":\"1\",\"Operand\":\"distinct_property\"}"));
        var plan = cluster.schedule("web");
        assertThat(plan.updates().get("a").destructive()
                        + plan.updates().get("b").destructive())
                .isEqualTo(1);
        assertThat(plan.updates().toString())
                .contains("its node does not fit any more: distinct_property: ${meta.rack}");
        assertThat(nodesOf("web")).hasSize(2).contains("n3");
    }

    @Test
    void the_region_of_nodes_is_that_of_the_job() {
        cluster.node("n1", "dc1");
        String here =
                ",\"Region\":\"eu\",\"Constraints\":[{\"LTarget\":\"${node.region}\",\"RTarget\":\"%s\",\"Operand\":\"=\"}]";
        run("web", 1, here.formatted("eu"), "", SMALL);
        assertThat(nodesOf("web")).containsExactly("n1");
        assertThat(run("other", 1, here.formatted("global"), "", SMALL)
                        .failed()
                        .get("g")
                        .explanation())
                .containsExactly("node n1: constraint ${node.region} = global: the value there is \"eu\"");
    }

    @Test
    void fewer_are_wanted_while_some_are_to_leave_so_those_have_no_successors() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        run("web", 4, "", "", SMALL);
        cluster.everythingRuns("web");
        var leaving = cluster.live("web").stream()
                .filter(it -> it.nodeId().value().equals("n1"))
                .toList();
        assertThat(leaving).hasSize(2);
        leaving.forEach(cluster::migrate);
        var plan = run("web", 2, "", "", SMALL);
        assertThat(plan.placed()).isEmpty();
        assertThat(nodesOf("web")).containsExactly("n2", "n2");
        assertThat(cluster.schedule("web").isEmpty()).isTrue();
    }

    @Test
    void an_instance_with_a_sticky_disk_leaves_a_node_that_is_emptied_all_the_same() {
        cluster.node("n1", "dc1");
        run("web", 1, "", ",\"EphemeralDisk\":{\"Sticky\":true,\"SizeMB\":100}", SMALL);
        cluster.everythingRuns("web");
        cluster.node("n2", "dc1");
        var first = cluster.live("web").getFirst();
        cluster.eligibility("n1", "ineligible");
        cluster.migrate(first);
        cluster.schedule("web");
        assertThat(nodesOf("web")).containsExactly("n2");
        assertThat(cluster.live("web").getFirst().previous()).contains(first.id());
    }
}
