package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.DesiredStatus;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves what the scheduler decides, on a real store: plan, verify, apply, look again. */
class SchedulerTest {
    private static final JobKey WEB = new JobKey("default", new JobId("web"));

    private final Store store = new Store();
    private final SplittableRandom random = new SplittableRandom(7);
    private Instant now = Instant.parse("2026-01-31T08:00:00Z");

    private void node(String id, String workload) throws CodecException {
        node(id, workload, "");
    }

    private void node(String id, String workload, String extra) throws CodecException {
        String spec = """
                {"ID":"%s","Name":"%s","HTTPAddr":"10.0.0.1:4646","Attributes":{"kernel.name":"linux","network.modes":"host,bridge"},
                 "Meta":{"workload_class":"%s"},"Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000},
                                  "MinDynamicPort":20000,"MaxDynamicPort":20010}%s}
                """;
        store.apply(new Command.RegisterNode(
                Codec.fromJson(NodeSpec.class, spec.formatted(id, id, workload, extra)), List.of(), now));
    }

    private void register(int count, String groupExtra, String taskExtra) throws CodecException {
        String spec = """
                {"ID":"web","Type":"service","TaskGroups":[{"Name":"g","Count":%d%s,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sleep"},"Resources":{"CPU":100,"MemoryMB":100}%s}]}]}
                """;
        store.apply(new Command.RegisterJob(
                Codec.fromJson(JobSpec.class, spec.formatted(count, groupExtra, taskExtra)),
                Optional.empty(),
                Optional.empty(),
                now));
    }

    private Plan schedule() throws CodecException {
        return schedule("web");
    }

    private Plan schedule(String job) throws CodecException {
        var evaluation = Codec.fromJson(
                Evaluation.class,
                "{\"ID\":\"e" + store.snapshot().index() + "\",\"JobID\":\"" + job
                        + "\",\"Type\":\"service\",\"Priority\":50,\"TriggeredBy\":\"job-register\"}");
        var plan = Scheduler.plan(store.snapshot(), evaluation, now, random);
        var accepted = PlanCheck.check(store.snapshot(), plan).accepted();
        store.apply(accepted.command(List.of(accepted.evaluation()), now));
        return plan;
    }

    private List<Allocation> running() {
        return store.snapshot().allocationsOf(WEB).stream()
                .filter(allocation -> !allocation.isTerminal())
                .toList();
    }

    private void report(Allocation allocation, ClientStatus status, boolean healthy) {
        var state = new ClientState(
                status,
                "",
                new TreeMap<>(),
                Optional.of(new dev.steppe.model.DeploymentHealth(
                        Optional.of(healthy), now, false, allocation.deploymentId())),
                Optional.empty(),
                new TreeMap<>(),
                List.of());
        store.apply(new Command.ReportAllocations(List.of(new Command.Report(allocation.id(), state)), List.of(), now));
    }

    @Test
    void a_service_gets_its_count_spread_over_nodes_and_a_second_look_changes_nothing() throws CodecException {
        node("n1", "raw");
        node("n2", "raw");
        register(4, "", "");
        schedule();
        assertThat(running())
                .extracting(Allocation::name)
                .containsExactlyInAnyOrder("web.g[0]", "web.g[1]", "web.g[2]", "web.g[3]");
        assertThat(running()).extracting(Allocation::nodeId).contains(new NodeId("n1"), new NodeId("n2"));
        assertThat(schedule().isEmpty()).isTrue();
    }

    @Test
    void a_port_in_a_host_network_gets_its_address_and_reserved_ports_are_given_to_nobody() throws CodecException {
        var spec = Codec.fromJson(NodeSpec.class, """
                {"ID":"n1","Name":"n1","HTTPAddr":"10.0.0.1:4646","Drivers":{"raw_exec":{"Detected":true,"Healthy":true}},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000},
                                  "MinDynamicPort":20000,"MaxDynamicPort":20003},
                 "ReservedResources":{"Networks":{"ReservedHostPorts":"22,20000-20001"}},
                 "HostNetworks":{"public":{"Name":"public","CIDR":"198.51.100.7/24","ReservedPorts":"20002"}}}
                """);
        store.apply(new Command.RegisterNode(spec, List.of(), now));
        register(1, ",\"Networks\":[{\"DynamicPorts\":[{\"Label\":\"a\",\"HostNetwork\":\"public\"}]}]", "");
        schedule();
        var port = running().getFirst().allocatedResources().shared().ports().getFirst();
        assertThat(port.hostIp()).isEqualTo("198.51.100.7");
        assertThat(port.value()).isEqualTo(20003);

        register(1, ",\"Networks\":[{\"ReservedPorts\":[{\"Label\":\"ssh\",\"Value\":22}]}]", "");
        assertThat(schedule().failed().get("g").explanation())
                .containsExactly("node n1: port 22 (\"ssh\") is reserved by the node's configuration");
        register(1, ",\"Networks\":[{\"DynamicPorts\":[{\"Label\":\"a\"},{\"Label\":\"b\"},{\"Label\":\"c\"}]}]", "");
        assertThat(schedule().failed().get("g").explanation().getFirst())
                .contains("3 dynamic ports asked, 2 free of 2");
    }

    @Test
    void a_volume_of_the_host_is_found_on_nodes_that_have_it_and_written_only_where_that_is_allowed()
            throws CodecException {
        node("n1", "raw");
        node(
                "n2",
                "raw",
                ",\"HostVolumes\":{\"certs\":{\"Name\":\"certs\",\"Path\":\"/srv/certs\",\"ReadOnly\":true}}");
        String volume =
                ",\"Volumes\":{\"tls\":{\"Name\":\"tls\",\"Type\":\"host\",\"Source\":\"certs\",\"ReadOnly\":%s}}";
        register(1, volume.formatted("false"), "");
        var failed = schedule().failed().get("g");
        assertThat(failed.explanation())
                .containsExactlyInAnyOrder(
                        "node n1: host volume \"certs\" of volume \"tls\" is not configured there, nor is any other",
                        "node n2: host volume \"certs\" is read-only there, and volume \"tls\" asks to write (read_only"
                                + " = true would do)");
        assertThat(failed.constraintFiltered()).containsEntry("missing compatible host volumes", 2);

        register(3, volume.formatted("true"), "");
        schedule();
        assertThat(running())
                .extracting(Allocation::nodeId)
                .containsExactly(new NodeId("n2"), new NodeId("n2"), new NodeId("n2"));
    }

    @Test
    void a_task_that_asks_for_a_java_goes_where_that_is_installed() throws CodecException {
        for (String[] each : new String[][] {{"n1", "25.0.3,17.0.15"}, {"n2", "25.0.3"}}) {
            store.apply(new Command.RegisterNode(
                    Codec.fromJson(NodeSpec.class, """
                    {"ID":"%s","Name":"%s","HTTPAddr":"10.0.0.1:4646","Attributes":{"driver.java.versions":"%s"},
                     "Drivers":{"java":{"Detected":true,"Healthy":true}},
                     "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000}}}
                    """.formatted(each[0], each[0], each[1])), List.of(), now));
        }
        String wish = ",\"Driver\":\"java\",\"Config\":{\"class\":\"Main\",\"java_version\":\"%s\"}";
        register(1, "", wish.formatted("21"));
        var failed = schedule().failed().get("g");
        assertThat(failed.explanation())
                .containsExactlyInAnyOrder(
                        "node n1: task \"t\" asks for Java 21, the node has 25.0.3,17.0.15",
                        "node n2: task \"t\" asks for Java 21, the node has 25.0.3");
        assertThat(failed.constraintFiltered()).containsEntry("missing Java version", 2);

        register(2, "", wish.formatted("17"));
        schedule();
        assertThat(running()).extracting(Allocation::nodeId).containsExactly(new NodeId("n1"), new NodeId("n1"));
    }

    @Test
    void what_cannot_be_placed_says_which_node_which_check_and_which_value() throws CodecException {
        node("n1", "container");
        register(1, ",\"Constraints\":[{\"LTarget\":\"${meta.workload_class}\",\"RTarget\":\"raw\"}]", "");
        var plan = schedule();
        assertThat(plan.failed().get("g").explanation())
                .containsExactly("node n1: constraint ${meta.workload_class} = raw: the value there is \"container\"");
        assertThat(plan.failed().get("g").constraintFiltered()).containsEntry("${meta.workload_class} = raw", 1);
        assertThat(plan.evaluation().status()).isEqualTo(EvaluationStatus.COMPLETE);
        assertThat(plan.followUps()).extracting(Evaluation::status).containsExactly(EvaluationStatus.BLOCKED);
    }

    @Test
    void a_fixed_port_is_given_once_per_node_and_its_holder_is_named() throws CodecException {
        node("n1", "raw");
        register(2, ",\"Networks\":[{\"Mode\":\"host\",\"ReservedPorts\":[{\"Label\":\"http\",\"Value\":8080}]}]", "");
        var plan = schedule();
        assertThat(running()).hasSize(1);
        assertThat(plan.failed().get("g").explanation().getFirst())
                .contains("port 8080 (\"http\") is held by job web (allocation ");
        assertThat(plan.queued()).containsEntry("g", 1);
    }

    @Test
    void dynamic_ports_are_distinct_and_bounded_by_the_range() throws CodecException {
        node("n1", "raw");
        register(9, ",\"Networks\":[{\"Mode\":\"host\",\"DynamicPorts\":[{\"Label\":\"a\"},{\"Label\":\"b\"}]}]", "");
        var plan = schedule();
        assertThat(running()).hasSize(5);
        assertThat(running().stream()
                        .flatMap(allocation -> allocation.allocatedResources().shared().ports().stream())
                        .map(dev.steppe.model.PortMapping::value))
                .doesNotHaveDuplicates()
                .allMatch(port -> port >= 20000 && port <= 20010);
        assertThat(plan.failed().get("g").explanation().getFirst()).contains("2 dynamic ports asked, 1 free of 11");
    }

    @Test
    void no_node_is_given_more_than_it_has() throws CodecException {
        node("n1", "raw");
        node("n2", "raw");
        register(50, "", "");
        schedule();
        assertThat(running()).hasSize(20);
        for (String id : List.of("n1", "n2")) {
            assertThat(store.snapshot().usage(new NodeId(id)).cpuMegaHertz()).isEqualTo(1000);
        }
    }

    @Test
    void instances_of_a_lost_node_are_replaced_with_a_higher_epoch() throws CodecException {
        node("n1", "raw");
        node("n2", "raw");
        register(2, "", "");
        schedule();
        store.apply(new Command.SetNodeStatus(new NodeId("n1"), NodeStatus.DOWN, "gone", List.of(), now));
        schedule();
        assertThat(running()).hasSize(2).allMatch(it -> it.nodeId().equals(new NodeId("n2")));
        assertThat(running()).extracting(Allocation::epoch).containsExactlyInAnyOrder(1L, 2L);
        assertThat(store.snapshot()
                        .allocationsOn(new NodeId("n1"))
                        .getFirst()
                        .client()
                        .status())
                .isEqualTo(ClientStatus.LOST);
    }

    @Test
    void a_changed_job_is_replaced_one_instance_at_a_time_as_each_proves_healthy() throws CodecException {
        node("n1", "raw");
        register(2, "", "");
        schedule();
        running().forEach(allocation -> report(allocation, ClientStatus.RUNNING, true));
        register(2, "", ",\"Env\":{\"A\":\"1\"}");
        schedule();
        assertThat(running()).extracting(Allocation::jobVersion).containsExactlyInAnyOrder(0L, 1L);
        assertThat(schedule().isEmpty()).isTrue();
        running().stream()
                .filter(allocation -> allocation.jobVersion() == 1)
                .forEach(allocation -> report(allocation, ClientStatus.RUNNING, true));
        schedule();
        assertThat(running()).extracting(Allocation::jobVersion).containsExactly(1L, 1L);
    }

    @Test
    void a_change_the_tasks_do_not_notice_replaces_nothing() throws CodecException {
        node("n1", "raw");
        register(2, "", "");
        schedule();
        var before = running().stream().map(Allocation::id).toList();
        register(3, "", "");
        schedule();
        assertThat(running()).extracting(Allocation::id).containsAll(before);
        assertThat(running()).hasSize(3).allMatch(allocation -> allocation.jobVersion() == 1);
    }

    @Test
    void a_failed_instance_is_replaced_after_the_policys_delay() throws CodecException {
        node("n1", "raw");
        register(1, "", "");
        schedule();
        report(running().getFirst(), ClientStatus.FAILED, false);
        var plan = schedule();
        assertThat(running()).isEmpty();
        assertThat(plan.followUps())
                .extracting(Evaluation::waitUntil)
                .containsExactly(now.plus(Duration.ofSeconds(30)));
        now = now.plus(Duration.ofSeconds(31));
        schedule();
        assertThat(running()).hasSize(1);
    }

    @Test
    void a_successor_stands_for_the_newest_of_its_name_and_remembers_its_failures() {
        var cluster = new TestCluster();
        cluster.node("n1", "dc1");
        cluster.register(JOB_IN.formatted("default"));
        cluster.schedule("twin");
        cluster.everythingRuns("twin");
        cluster.apply(new Command.DeregisterJob(
                "default", new dev.steppe.model.JobId("twin"), false, Optional.empty(), cluster.now()));
        cluster.schedule("twin");
        cluster.eligibility("n1", "ineligible");
        cluster.node("n2", "dc1");
        cluster.register(JOB_IN.formatted("default"));
        cluster.schedule("twin");
        var failed = cluster.live("twin").getFirst();
        // what was stopped there is lost, long after it was replaced by nobody
        cluster.status("n1", NodeStatus.DOWN);
        cluster.report(failed, ClientStatus.FAILED);
        cluster.pass(Duration.ofMinutes(1));
        cluster.schedule("twin");
        var successor = cluster.live("twin").getFirst();
        assertThat(successor.previous()).contains(failed.id());
        assertThat(successor.reschedules().events()).hasSize(1);
    }

    @Test
    void jobs_of_one_name_in_two_namespaces_do_not_know_each_other() {
        var cluster = new TestCluster();
        cluster.node("n1", "dc1");
        cluster.register(JOB_IN.formatted("default"));
        cluster.register(JOB_IN.formatted("team"));
        cluster.schedule("twin");
        assertThat(cluster.live("twin")).hasSize(1);
        var other = new dev.steppe.model.JobKey("team", new dev.steppe.model.JobId("twin"));
        assertThat(cluster.snapshot().job(other)).isPresent();
        assertThat(cluster.snapshot().allocationsOf(other)).isEmpty();
    }

    private static final String JOB_IN = """
            {"ID":"twin","Namespace":"%s","Constraints":[{"Operand":"distinct_hosts"}],"TaskGroups":[{"Name":"g",
             "Tasks":[{"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":100}}]}]}""";

    @Test
    void a_stopped_job_stops_everything() throws CodecException {
        node("n1", "raw");
        register(3, "", "");
        schedule();
        store.apply(new Command.DeregisterJob("default", WEB.id(), false, Optional.empty(), now));
        schedule();
        assertThat(running()).isEmpty();
        assertThat(store.snapshot().allocationsOf(WEB))
                .extracting(Allocation::desiredStatus)
                .containsOnly(DesiredStatus.STOP);
        assertThat(store.snapshot().usage(new NodeId("n1")).cpuMegaHertz()).isZero();
    }

    /** A group of three beside one of two, of 300 MHz each; a node has room for three instances. */
    private void registerTwoGroups(boolean allAtOnce) throws CodecException {
        String group = """
                {"Name":"%s","Count":%d,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sleep"},"Resources":{"CPU":300,"MemoryMB":100}}]}
                """;
        registered("{\"ID\":\"web\",\"Type\":\"service\",\"AllAtOnce\":" + allAtOnce + ",\"TaskGroups\":["
                + group.formatted("a", 3) + "," + group.formatted("b", 2) + "]}");
    }

    private void registered(String spec) throws CodecException {
        var job = Codec.fromJson(JobSpec.class, spec);
        store.apply(new Command.RegisterJob(job, Optional.empty(), Optional.empty(), now));
    }

    @Test
    void all_at_once_places_nothing_before_there_is_room_for_all_instances_of_all_groups() throws CodecException {
        node("n1", "raw");
        registerTwoGroups(false);
        assertThat(schedule().placed()).hasSize(3);
        store.apply(new Command.DeregisterJob("default", WEB.id(), false, Optional.empty(), now));
        schedule();

        registerTwoGroups(true);
        var plan = schedule();
        assertThat(plan.placed()).isEmpty();
        assertThat(plan.stopped()).isEmpty();
        assertThat(plan.queued()).containsEntry("a", 3).containsEntry("b", 2);
        assertThat(plan.followUps())
                .extracting(Evaluation::status)
                .as("it waits for room")
                .containsExactly(EvaluationStatus.BLOCKED);
        assertThat(plan.failed().get("a").explanation())
                .containsExactly("there is room, but all_at_once has it wait for all of group b");
        assertThat(plan.failed().get("b").dimensionExhausted()).isNotEmpty();

        node("n2", "raw");
        assertThat(schedule().placed()).hasSize(5);
        assertThat(running()).hasSize(5);
    }

    @Test
    void all_at_once_lets_no_node_of_a_system_job_wait_for_another() throws CodecException {
        node("n1", "raw");
        registered("""
                {"ID":"other","Type":"system","TaskGroups":[{"Name":"g","Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":900,"MemoryMB":100}}]}]}
                """);
        assertThat(schedule("other").placed()).hasSize(1);
        node("n2", "raw");
        registered("""
                {"ID":"web","Type":"system","AllAtOnce":true,"TaskGroups":[{"Name":"g","Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":300,"MemoryMB":100}}]}]}
                """);
        assertThat(schedule().placed())
                .extracting(allocation -> allocation.nodeId().value())
                .containsExactly("n2");
    }

    @Test
    void all_at_once_keeps_what_runs_where_there_is_no_room_for_all_that_replaces_it() throws CodecException {
        node("n1", "raw");
        node("n2", "raw");
        registerTwoGroups(true);
        schedule();
        var spec = store.snapshot().job(WEB).orElseThrow().spec();
        registered(Codec.toJson(spec).replace("\"CPU\":300", "\"CPU\":450"));
        var plan = schedule();
        assertThat(plan.placed()).isEmpty();
        assertThat(plan.stopped()).isEmpty();
        assertThat(plan.queued().values()).allMatch(waiting -> waiting > 0);
        assertThat(plan.queuedUpdates())
                .as("each waits to replace one that runs on")
                .isEqualTo(plan.queued());
        assertThat(running()).hasSize(5);
    }

    @Test
    void all_at_once_drops_the_whole_plan_when_one_node_has_no_room_any_more() throws CodecException {
        node("n1", "raw");
        node("n2", "raw");
        registerTwoGroups(true);
        var evaluation = Codec.fromJson(
                Evaluation.class, "{\"ID\":\"e\",\"JobID\":\"web\",\"Type\":\"service\",\"Priority\":50}");
        var stale = Scheduler.plan(store.snapshot(), evaluation, now, random);
        assertThat(stale.placed()).hasSize(5);
        var gone = new NodeId("n2");
        store.apply(new Command.SetNodeStatus(gone, NodeStatus.DOWN, "", List.of(), now));
        var verdict = PlanCheck.check(store.snapshot(), stale);
        assertThat(verdict.rejected()).containsExactly(gone);
        assertThat(verdict.accepted().isEmpty()).isTrue();

        registerTwoGroups(false);
        assertThat(PlanCheck.check(store.snapshot(), stale).accepted().placed()).isNotEmpty();
    }

    @Test
    void a_plan_made_on_old_knowledge_is_cut_to_what_still_fits() throws CodecException {
        node("n1", "raw");
        register(1, ",\"Networks\":[{\"Mode\":\"host\",\"ReservedPorts\":[{\"Label\":\"http\",\"Value\":8080}]}]", "");
        var evaluation = Codec.fromJson(
                Evaluation.class, "{\"ID\":\"e\",\"JobID\":\"web\",\"Type\":\"service\",\"Priority\":50}");
        var stale = Scheduler.plan(store.snapshot(), evaluation, now, random);
        schedule();
        var verdict = PlanCheck.check(store.snapshot(), stale);
        assertThat(verdict.accepted().placed()).isEmpty();
        assertThat(verdict.rejected()).containsExactly(new NodeId("n1"));
    }

    @Test
    void all_at_once_ends_what_is_to_leave_and_its_successors_wait_for_each_other() throws CodecException {
        node("n1", "raw");
        registerTwoGroups(true);
        node("n2", "raw");
        schedule();
        // three are on one node and two on the other, which has room for one more
        var emptied = new NodeId(store.snapshot().usage(new NodeId("n1")).cpuMegaHertz() == 900 ? "n1" : "n2");
        var leaving =
                running().stream().filter(it -> it.nodeId().equals(emptied)).toList();
        assertThat(leaving).hasSize(3);
        store.apply(new Command.SetNodeEligibility(emptied, "ineligible", List.of(), now));
        store.apply(new Command.SetTransitions(
                leaving.stream().map(Allocation::id).toList(),
                new dev.steppe.model.DesiredTransition(true, false),
                List.of(),
                now));
        var plan = schedule();
        assertThat(plan.placed()).isEmpty();
        assertThat(plan.stopped()).as("a drain comes to its end").hasSameSizeAs(leaving);
        assertThat(plan.queued().values().stream().mapToInt(it -> it).sum()).isEqualTo(leaving.size());
        assertThat(schedule().placed()).as("there is room for one, not for all").isEmpty();
        node("n3", "raw");
        assertThat(schedule().placed()).hasSameSizeAs(leaving);
        assertThat(running()).hasSize(5);
    }

    @Test
    void a_job_that_is_purged_and_run_again_at_once_takes_over_what_its_forerunner_left() throws CodecException {
        node("n1", "raw");
        register(2, "", "");
        schedule();
        running().forEach(allocation -> report(allocation, ClientStatus.RUNNING, true));
        var tag = Optional.of(new dev.steppe.model.VersionTag("good", "", now));
        store.apply(new Command.TagVersion("default", WEB.id(), 0, tag, now));
        store.apply(new Command.DeregisterJob("default", WEB.id(), true, Optional.empty(), now));
        register(2, "", ",\"Env\":{\"A\":\"1\"}");
        assertThat(store.apply(new Command.TagVersion("default", WEB.id(), 0, tag, now)))
                .isInstanceOf(Store.Result.Refused.class);
        assertThat(store.apply(new Command.TagVersion("default", WEB.id(), 1, tag, now)))
                .isInstanceOf(Store.Result.Applied.class);
        for (int round = 0; round < 3; round++) {
            schedule();
            running().forEach(allocation -> report(allocation, ClientStatus.RUNNING, true));
        }
        var job = store.snapshot().job(WEB).orElseThrow();
        assertThat(job.version()).as("told from what is left of the one before").isEqualTo(1);
        assertThat(running()).hasSize(2).allMatch(it -> it.jobVersion() == job.version());
        assertThat(store.snapshot().historyOf(WEB)).as("its own versions").hasSize(1);
    }

    @Test
    void all_at_once_tries_all_canaries_or_none_and_what_runs_goes_on() throws CodecException {
        node("n1", "raw");
        String job = """
                {"ID":"web","AllAtOnce":true,"TaskGroups":[{"Name":"g","Count":2,"Update":{"MaxParallel":1,"Canary":2},
                  "Tasks":[{"Name":"t","Driver":"raw_exec","Env":{"V":"%s"},"Resources":{"CPU":300,"MemoryMB":100}}]}]}""";
        registered(job.formatted("1"));
        schedule();
        running().forEach(allocation -> report(allocation, ClientStatus.RUNNING, true));
        schedule();
        registered(job.formatted("2"));
        var plan = schedule();
        assertThat(plan.placed()).as("there is room for one of two").isEmpty();
        assertThat(plan.stopped()).isEmpty();
        assertThat(plan.deployment().orElseThrow().taskGroups().get("g").desiredCanaries())
                .isEqualTo(2);
        assertThat(running()).hasSize(2).allMatch(it -> it.jobVersion() == 0);
        node("n2", "raw");
        schedule();
        assertThat(running()).filteredOn(Allocation::isCanary).hasSize(2);
        assertThat(running()).hasSize(4);
    }
}
