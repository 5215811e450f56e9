package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientState;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.Deployment;
import dev.steppe.model.DrainStrategy;
import dev.steppe.model.Evaluation;
import dev.steppe.model.EvaluationStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.NodeId;
import dev.steppe.model.NodeStatus;
import dev.steppe.state.Command;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Proves for each case of "why is my allocation pending?" that the answer names node, check, value, holder and remedy. */
class ExplainerTest {
    private final TestCluster cluster = new TestCluster();

    private Explainer explainer() {
        return new Explainer(cluster.snapshot(), cluster.now(), new SplittableRandom(1));
    }

    private Explained.Group group(String job) {
        var explained = explainer().job(new JobKey("default", new JobId(job))).orElseThrow();
        return explained.groups().getFirst();
    }

    private Explained.Instance instance(Allocation allocation) {
        return explainer()
                .allocation(allocation.id())
                .orElseThrow()
                .allocations()
                .getFirst();
    }

    private List<String> sentences(Explained.Group group) {
        return group.reasons().stream()
                .flatMap(reason -> reason.details().stream())
                .map(detail -> String.join(",", detail.names()) + ": " + detail.sentence())
                .toList();
    }

    private static String job(String id, int count, String jobFields, String groupFields, String resources) {
        return """
                {"ID":"%s","Type":"service"%s,"TaskGroups":[{"Name":"g","Count":%d%s,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sleep"},"Resources":{%s}}]}]}""".formatted(id, jobFields, count, groupFields, resources);
    }

    private static final String SMALL = "\"CPU\":100,\"MemoryMB\":100";
    private static final String PORT =
            ",\"Networks\":[{\"ReservedPorts\":[{\"Label\":\"https\",\"Value\":443,\"HostNetwork\":\"default\"}]}]";

    private void run(String job) {
        cluster.register(job);
        schedule(id(job));
    }

    private void schedule(String job) {
        var plan = cluster.schedule(job);
        cluster.apply(new Command.PutEvaluations(plan.followUps(), cluster.now()));
    }

    private static String id(String job) {
        return job.substring(7, job.indexOf('"', 7));
    }

    @Test
    void case_1_an_evaluation_that_ended_with_something_unplaced_tells_who_waits_and_why() {
        cluster.node("n1", "dc1");
        run(job("web", 2, "", "", "\"CPU\":100,\"MemoryMB\":700"));
        var ended = evaluation(EvaluationStatus.COMPLETE);
        var explained = explainer().evaluation(ended.id()).orElseThrow();
        assertThat(explained.facts().getFirst())
                .contains("left 1 of g without a place")
                .contains("is blocked");
        assertThat(explained.groups().getFirst().unplaced()).isEqualTo(1);
        var blocked = explainer()
                .evaluation(evaluation(EvaluationStatus.BLOCKED).id())
                .orElseThrow();
        assertThat(blocked.facts().getFirst()).contains("is blocked since");
        cluster.node("n2", "dc1");
        schedule("web");
        assertThat(explainer().evaluation(ended.id()).orElseThrow().facts())
                .contains("by now nothing of the job is without a place");
    }

    @Test
    void of_many_looks_in_vain_only_the_one_that_is_open_still_is_told() {
        cluster.node("n1", "dc1");
        run(job("web", 2, "", "", "\"CPU\":100,\"MemoryMB\":700"));
        for (int look = 0; look < 3; look++) {
            var overtaken =
                    evaluation(EvaluationStatus.BLOCKED).with(EvaluationStatus.CANCELLED, "a newer one is blocked");
            cluster.apply(new Command.PutEvaluations(List.of(overtaken), cluster.now()));
            schedule("web");
        }
        var facts = explainer()
                .job(new JobKey("default", new JobId("web")))
                .orElseThrow()
                .facts();
        assertThat(facts)
                .filteredOn(fact -> fact.contains("left 1 of g without a place"))
                .hasSize(1);
        assertThat(facts).filteredOn(fact -> fact.contains("is blocked since")).hasSize(1);
    }

    private Evaluation evaluation(EvaluationStatus status) {
        return cluster.snapshot().evaluationsOf(new JobKey("default", new JobId("web"))).stream()
                .filter(it -> it.status() == status)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void case_2_a_static_port_names_its_holder_and_how_to_get_it() {
        cluster.node("web-3", "dc1");
        run(job("edge", 1, "", PORT, SMALL));
        run(job("shop", 1, "", PORT, SMALL));
        var group = group("shop");
        var holder = cluster.live("edge").getFirst().id();
        assertThat(sentences(group))
                .containsExactly("web-3: port 443 (\"https\") is held by job edge (allocation " + holder + ")");
        assertThat(group.remedies())
                .contains("free port 443 on web-3, held by job edge (allocation " + holder + ")")
                .contains("leave out static of port https: it would fit on 1 node (web-3)")
                .contains("1 more node like web-3 (no class, pool default, datacenter dc1): it then has a place");
    }

    @Test
    void case_3_a_network_mode_a_node_cannot_do_points_to_the_doctor_there() {
        node("n1", "\"Attributes\":{\"network.modes\":\"host\"}", "");
        run(job("web", 1, "", ",\"Networks\":[{\"Mode\":\"bridge\"}]", SMALL));
        assertThat(sentences(group("web")).getFirst()).contains("network mode \"bridge\" is not possible there");
        assertThat(group("web").remedies())
                .contains("make network mode \"bridge\" possible on n1"
                        + " (steppe doctor --fix there says and does what is missing): it would fit there");
    }

    private void node(String id, String fields, String drivers) {
        cluster.node("""
                {"ID":"%s","Name":"%s","HTTPAddr":"10.0.0.1:4646",%s,"Drivers":{"raw_exec":{"Detected":true,"Healthy":true}%s},
                 "NodeResources":{"Cpu":{"CpuShares":1000},"Memory":{"MemoryMB":1000},"Disk":{"DiskMB":10000}}}""".formatted(id, id, fields, drivers));
    }

    @Test
    void case_4_a_driver_that_does_not_work_is_named_with_what_it_says() {
        node(
                "n1",
                "\"Attributes\":{\"network.modes\":\"host\"}",
                ",\"docker\":{\"Detected\":true,\"Healthy\":false,\"HealthDescription\":\"no daemon answers\"}");
        run(job("web", 1, "", "", SMALL).replace("raw_exec", "docker"));
        assertThat(sentences(group("web"))).containsExactly("n1: driver \"docker\" is not healthy: no daemon answers");
        assertThat(group("web").remedies())
                .contains(
                        "make driver docker work on n1 (steppe doctor there says what is missing): it would fit there");
    }

    @Test
    void case_5_too_little_memory_says_how_much_is_free_who_has_it_and_what_would_fit() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        run(job("db", 2, "", ",\"Constraints\":[{\"Operand\":\"distinct_hosts\"}]", "\"CPU\":100,\"MemoryMB\":400"));
        run(job("web", 1, "", "", "\"CPU\":100,\"MemoryMB\":800"));
        var group = group("web");
        assertThat(sentences(group))
                .containsExactly("n1,n2: memory: 800 MB asked, 600 free of 1000; held on n1: 400 by job db");
        assertThat(group.remedies())
                .contains("lower memory of task \"t\" from 800 to 600 MB: it would fit on 2 nodes (n1, n2)");
    }

    @Test
    void case_6_a_constraint_tells_the_value_there_and_what_leaving_it_out_would_bring() {
        cluster.node("n1", "dc1");
        run(job(
                "web",
                1,
                ",\"Constraints\":[{\"LTarget\":\"${attr.kernel.name}\",\"RTarget\":\"windows\",\"Operand\":\"=\"}]",
                "",
                SMALL));
        assertThat(sentences(group("web")))
                .containsExactly("n1: constraint ${attr.kernel.name} = windows: the value there is \"linux\"");
        assertThat(group("web").remedies())
                .containsExactly("leave out the constraint ${attr.kernel.name} = windows: it would fit on 1 node (n1)");
    }

    @Test
    void case_7_the_datacenter_or_pool_that_has_room_is_named() {
        cluster.node("n1", "dc2");
        run(job("web", 1, ",\"Datacenters\":[\"dc1\"]", "", SMALL));
        assertThat(sentences(group("web"))).containsExactly("n1: datacenter is \"dc2\", the job asks for [dc1]");
        assertThat(group("web").remedies())
                .containsExactly("add \"dc2\" to the job's datacenters: it would fit on 1 node (n1)");
        run(job("pooled", 1, ",\"NodePool\":\"gpu\"", "", SMALL));
        assertThat(group("pooled").remedies())
                .containsExactly("set node_pool = \"default\" in the job: it would fit on 1 node (n1)");
    }

    @Test
    void case_8_a_volume_no_node_has_says_where_to_configure_it() {
        cluster.node("n1", "dc1");
        run(job("db", 1, "", ",\"Volumes\":{\"data\":{\"Name\":\"data\",\"Type\":\"host\",\"Source\":\"pg\"}}", SMALL));
        assertThat(sentences(group("db")).getFirst()).contains("host volume \"pg\" of volume \"data\"");
        assertThat(group("db").remedies())
                .containsExactly("configure client { host_volume \"pg\" } for writing on n1: it would fit there");
    }

    @Test
    void case_9_nodes_that_take_nothing_new_are_named_with_how_to_change_that() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        cluster.eligibility("n1", "ineligible");
        cluster.status("n2", NodeStatus.DOWN);
        run(job("web", 1, "", "", SMALL));
        var group = group("web");
        assertThat(sentences(group))
                .containsExactlyInAnyOrder(
                        "n1: it is not eligible for new allocations",
                        "n2: its status is down since 2026-01-31T08:00:00Z");
        assertThat(group.remedies())
                .containsExactly(
                        "make node n1 eligible (steppe node eligibility -enable n1): it then has a place",
                        "bring back n2, where it would fit: start the agent there, or look at its log");
    }

    @Test
    void case_10_more_instances_than_different_hosts_says_how_many_nodes_are_missing() {
        cluster.node("n1", "dc1");
        run(job("web", 3, "", ",\"Constraints\":[{\"Operand\":\"distinct_hosts\"}]", SMALL));
        var group = group("web");
        assertThat(group.unplaced()).isEqualTo(2);
        assertThat(sentences(group).getFirst()).contains("allocation web.g[0] of the job is there already");
        assertThat(group.remedies())
                .contains("2 more nodes like n1 (no class, pool default, datacenter dc1): all 2 then have a place");
    }

    @Test
    void case_11_devices_name_who_has_them() {
        cluster.nodeWithDevices("n1", "d1");
        run(job("train", 1, "", "", SMALL + ",\"Devices\":[{\"Name\":\"acme/gpu\",\"Count\":1}]"));
        run(job("infer", 2, "", "", SMALL + ",\"Devices\":[{\"Name\":\"acme/gpu\",\"Count\":1}]"));
        var holder = cluster.live("train").getFirst().id();
        assertThat(sentences(group("infer")).getFirst()).contains("held by job train");
        assertThat(group("infer").remedies())
                .contains("free its devices on n1, held by job train (allocation " + holder + ")")
                .anyMatch(remedy -> remedy.startsWith("2 more nodes like n1"));
    }

    @Test
    void a_device_no_node_has_says_where_one_would_help() {
        cluster.nodeWithDevices("n1", "d1");
        run(job("train", 1, "", "", SMALL + ",\"Devices\":[{\"Name\":\"nvidia/gpu\",\"Count\":2}]"));
        assertThat(group("train").remedies())
                .containsExactly("n1 with 2 \"nvidia/gpu\" more (fitted in, or named by client { device },"
                        + " see docs/placement.md): it would fit there");
    }

    @Test
    void a_system_job_tells_of_the_node_that_has_no_room_for_it() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        run(job("full", 1, "", "", "\"CPU\":950,\"MemoryMB\":100"));
        run(job("agent", 1, "", "", SMALL).replace("service", "system"));
        var group = group("agent");
        assertThat(group.wanted()).isEqualTo(2);
        assertThat(group.unplaced()).isEqualTo(1);
        assertThat(sentences(group).getFirst()).contains("cpu: 100 MHz asked, 50 free of 1000");
        assertThat(group.remedies())
                .anyMatch(remedy -> remedy.startsWith("lower cpu of task \"t\" from 100 to 50 MHz"));
    }

    @Test
    void a_deployment_that_waits_for_approval_is_told_with_the_command() {
        cluster.node("n1", "dc1");
        var update = ",\"Update\":{\"MaxParallel\":1,\"Canary\":1}";
        run(job("web", 1, "", update, SMALL));
        cluster.everythingRuns("web");
        schedule("web");
        run(job("web", 1, ",\"Meta\":{\"v\":\"2\"}", update, SMALL));
        assertThat(facts("web").getFirst())
                .contains("of version 1 waits for its canaries to be healthy, and then for somebody to approve them")
                .contains("of 1 canaries 1 placed and 0 healthy");
        assertThat(facts("web").getLast())
                .isEqualTo("group \"g\": 1 wanted, 1 running, 1 placed and not running,"
                        + " 0 without a place; 1 of them of an older version, 1 a canary");
        cluster.everythingRuns("web");
        assertThat(facts("web").getFirst())
                .contains("waits for somebody to approve its canaries (steppe job promote web)")
                .contains("of 1 canaries 1 placed and 1 healthy");
    }

    private List<String> facts(String job) {
        return explainer()
                .job(new JobKey("default", new JobId(job)))
                .orElseThrow()
                .facts();
    }

    @Test
    void a_deployment_that_promotes_its_canaries_asks_nobody_to() {
        cluster.node("n1", "dc1");
        var update = ",\"Update\":{\"MaxParallel\":1,\"Canary\":1,\"AutoPromote\":true}";
        run(job("web", 1, "", update, SMALL));
        cluster.everythingRuns("web");
        schedule("web");
        run(job("web", 1, ",\"Meta\":{\"v\":\"2\"}", update, SMALL));
        assertThat(facts("web").getFirst())
                .contains("goes on by itself once all its canaries are healthy")
                .doesNotContain("job promote");
    }

    @Test
    void what_a_paused_deployment_holds_back_has_not_ended() {
        cluster.node("n1", "dc1");
        run(job("web", 3, "", ",\"Update\":{\"MaxParallel\":1}", "\"CPU\":100,\"MemoryMB\":700"));
        var deployment = cluster.snapshot()
                .deploymentsOf(new JobKey("default", new JobId("web")))
                .getFirst();
        cluster.apply(new Command.PauseDeployment(deployment.id(), true, List.of(), cluster.now()));
        cluster.node("n2", "dc1");
        cluster.node("n3", "dc1");
        assertThat(facts("web").getFirst()).contains(" is paused: ").contains("steppe deployment resume ");
        assertThat(facts("web").getLast()).endsWith("0 without a place, 2 not placed while the deployment is paused");
    }

    @Test
    void a_successor_without_a_place_counts_on_the_room_of_the_one_that_runs_on() {
        cluster.node("n1", "dc1");
        run(job("web", 1, "", PORT, "\"CPU\":100,\"MemoryMB\":700"));
        cluster.everythingRuns("web");
        run(job("web", 1, "", PORT, "\"CPU\":100,\"MemoryMB\":1200"));
        var group = group("web");
        assertThat(group.unplaced()).isEqualTo(1);
        assertThat(group.replacing()).isEqualTo(1);
        assertThat(sentences(group)).containsExactly("n1: memory: 1200 MB asked, 1000 free of 1000");
        assertThat(group.remedies())
                .containsExactly(
                        "lower memory of task \"t\" from 1200 to 1000 MB: it would fit on 1 node (n1)",
                        "a larger node, with at least 1200 MB of memory and otherwise like n1"
                                + " (no class, pool default, datacenter dc1): it then has a place");
        assertThat(facts("web").getLast())
                .isEqualTo("group \"g\": 1 wanted, 1 running, 0 placed and not running,"
                        + " 1 without a place for the new version, the old one runs on; 1 of them of an older version");
    }

    /** Kept deployments are known by it: with another text, what waits for room now would be placed no more. */
    @Test
    void the_text_by_which_a_deployment_that_ran_out_of_time_is_known_stays() {
        assertThat(Deployment.NO_PROGRESS).isEqualTo("Failed due to progress deadline");
    }

    @Test
    void a_deployment_that_failed_for_want_of_room_is_placed_when_there_is_some_and_says_so() {
        cluster.node("n1", "dc1");
        run(job("web", 1, "", ",\"Update\":{\"MaxParallel\":1}", "\"CPU\":100,\"MemoryMB\":1200"));
        var deployment = cluster.snapshot()
                .deploymentsOf(new JobKey("default", new JobId("web")))
                .getFirst();
        cluster.apply(new Command.FailDeployment(
                deployment.id(), Deployment.NO_PROGRESS, Optional.empty(), List.of(), cluster.now()));
        assertThat(facts("web").getFirst())
                .contains("failed: Failed due to progress deadline; group \"g\" wants 1 and has had 0 healthy")
                .endsWith("there was no room for any of it in time, and it is placed as soon as there is");
    }

    @Test
    void what_ended_of_an_earlier_job_of_the_name_is_not_told() {
        cluster.node("n1", "dc1");
        run(job("web", 1, "", "", SMALL));
        cluster.report(cluster.live("web").getFirst(), ClientStatus.FAILED);
        cluster.apply(new Command.DeregisterJob("default", new JobId("web"), true, Optional.empty(), cluster.now()));
        run(job("web", 1, "", "", SMALL));
        var explained = explainer().job(new JobKey("default", new JobId("web"))).orElseThrow();
        assertThat(explained.allocations())
                .extracting(Explained.Instance::id)
                .containsExactly(cluster.live("web").getFirst().id().value());
    }

    @Test
    void a_canceled_evaluation_says_why_and_which_one_is_there_in_its_place() {
        cluster.node("n1", "dc1");
        run(job("web", 2, "", "", "\"CPU\":100,\"MemoryMB\":700"));
        var overtaken = evaluation(EvaluationStatus.BLOCKED)
                .with(EvaluationStatus.CANCELLED, "a newer evaluation of the job is blocked");
        cluster.apply(new Command.PutEvaluations(List.of(overtaken), cluster.now()));
        schedule("web");
        var newer = evaluation(EvaluationStatus.BLOCKED);
        assertThat(explainer().evaluation(overtaken.id()).orElseThrow().facts())
                .containsExactly(
                        "evaluation " + overtaken.id() + " was canceled: a newer evaluation of the job is blocked;"
                                + " evaluation " + newer.id() + " is blocked in its place");
        assertThat(facts("web")).noneMatch(fact -> fact.contains("was canceled"));
    }

    @Test
    void an_evaluation_that_nobody_looks_at_says_that_the_broker_is_paused() {
        cluster.node("n1", "dc1");
        cluster.register(job("web", 1, "", "", SMALL));
        var waiting = cluster.evaluation("web");
        cluster.apply(new Command.PutEvaluations(List.of(waiting), cluster.now()));
        cluster.configure("{\"PauseEvalBroker\":true}");
        assertThat(explainer().evaluation(waiting.id()).orElseThrow().facts())
                .containsExactly(
                        "evaluations wait: the broker is paused (steppe operator scheduler set-config"
                                + " -pause-eval-broker=false)",
                        "evaluation " + waiting.id() + " is not looked at while the broker is paused");
    }

    @Test
    void an_evaluation_that_failed_says_what_follows_it_until_a_later_one_was_looked_at() {
        cluster.node("n1", "dc1");
        cluster.register(job("web", 1, "", "", SMALL));
        var failed = cluster.evaluation("web").with(EvaluationStatus.FAILED, "maximum attempts reached (3)");
        cluster.apply(new Command.PutEvaluations(List.of(failed), cluster.now()));
        assertThat(facts("web").getFirst())
                .isEqualTo("evaluation " + failed.id() + " failed: maximum attempts reached (3);"
                        + " steppe job eval web has the job looked at again");
        schedule("web");
        assertThat(facts("web")).noneMatch(fact -> fact.contains("maximum attempts"));
    }

    @Test
    void a_job_that_runs_everywhere_wants_one_for_a_node_where_one_failed_and_not_two() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        run(job("agent", 1, "", "", SMALL).replace("service", "system"));
        cluster.everythingRuns("agent");
        var failed = cluster.live("agent").getFirst();
        cluster.report(failed, ClientStatus.FAILED);
        assertThat(facts("agent").getLast())
                .endsWith("\"g\": 2 wanted, 1 running, 0 placed and not running, 0 without a place,"
                        + " 1 ended and not replaced yet");
        cluster.pass(Duration.ofSeconds(31));
        assertThat(facts("agent").getLast())
                .endsWith("\"g\": 2 wanted, 1 running, 0 placed and not running, 0 without a place,"
                        + " 1 with a place when the scheduler looks at the job next");
        var constraint = ",\"Constraints\":[{\"LTarget\":\"${node.unique.id}\",\"RTarget\":\"%s\",\"Operand\":\"=\"}]";
        run(job("full", 1, constraint.formatted(failed.nodeId()), "", "\"CPU\":950,\"MemoryMB\":100"));
        assertThat(facts("agent").getLast())
                .endsWith("\"g\": 2 wanted, 1 running, 0 placed and not running, 1 without a place");
    }

    @Test
    void a_job_that_runs_everywhere_wants_what_it_has_and_what_it_gets() {
        cluster.node("n1", "dc1");
        cluster.node("n2", "dc1");
        cluster.register(job("agent", 1, "", "", SMALL).replace("service", "system"));
        assertThat(facts("agent").getLast())
                .isEqualTo("group \"g\": 2 wanted, 0 running, 0 placed and not running, 0 without a place,"
                        + " 2 with a place when the scheduler looks at the job next");
        schedule("agent");
        cluster.everythingRuns("agent");
        assertThat(facts("agent").getLast())
                .isEqualTo("group \"g\": 2 wanted, 2 running, 0 placed and not running, 0 without a place");
    }

    @Test
    void of_very_many_allocations_it_says_how_many_are_told() {
        cluster.node("n1", "dc1");
        run(job("web", 25, "", "", "\"CPU\":10,\"MemoryMB\":10"));
        assertThat(facts("web").getLast())
                .isEqualTo("20 of 25 allocations are told about one by one, those that do not run first");
    }

    @Test
    void a_job_that_launches_others_says_when_and_what_stands_in_the_way() {
        cluster.node("n1", "dc1");
        var periodic = ",\"Periodic\":{\"Enabled\":true,\"Spec\":\"0 9 * * *\",\"ProhibitOverlap\":true}";
        cluster.register(job("report", 1, periodic, "", SMALL).replace("service", "batch"));
        assertThat(facts("report"))
                .containsExactly(
                        "the job runs nothing itself: it launches jobs report/periodic-<time> when its schedule"
                                + " says, next at 2026-01-31T09:00:00Z (in 1h0m0s)");
        cluster.register(
                job("convert", 1, ",\"ParameterizedJob\":{}", "", SMALL).replace("service", "batch"));
        assertThat(facts("convert"))
                .containsExactly("the job runs nothing itself: each steppe job dispatch convert launches a job");
    }

    @Test
    void an_allocation_on_a_node_that_is_drained_says_when_it_has_to_leave() {
        cluster.node("n1", "dc1");
        run(job("web", 1, "", "", SMALL));
        cluster.everythingRuns("web");
        cluster.apply(new Command.DrainNode(
                new NodeId("n1"),
                DrainStrategy.beginning(Duration.ofHours(1), false, cluster.now()),
                new TreeMap<>(),
                List.of(),
                cluster.now()));
        var instance = instance(cluster.live("web").getFirst());
        assertThat(instance.facts()).contains("its node n1 is being drained");
        assertThat(instance.next())
                .containsExactly(
                        "when it has to leave: as migrate { max_parallel } allows, at the latest at the deadline"
                                + " 2026-01-31T09:00:00Z");
    }

    @Test
    void a_java_nobody_installed_and_a_port_that_the_node_keeps_are_told_with_what_would_help() {
        node(
                "n1",
                "\"Attributes\":{\"network.modes\":\"host\",\"driver.java.versions\":\"17.0.9\"},"
                        + "\"ReservedResources\":{\"Networks\":{\"ReservedHostPorts\":\"443\"}}",
                ",\"java\":{\"Detected\":true,\"Healthy\":true}");
        run(job("web", 1, "", "", SMALL)
                .replace("raw_exec", "java")
                .replace("{\"command\":\"/bin/sleep\"}", "{\"java_version\":\"21\"}"));
        assertThat(group("web").remedies())
                .containsExactly(
                        "install Java 21 on n1 (docs/task-drivers.md says where it is looked for): it would fit there");
        run(job("edge", 1, "", PORT, SMALL));
        assertThat(group("edge").remedies())
                .containsExactly("leave out static of port https: it would fit on 1 node (n1)");
    }

    @Test
    void names_with_percent_signs_are_told_as_they_are() {
        cluster.node("n1", "dc1");
        run(job(
                "db",
                1,
                "",
                ",\"Volumes\":{\"data\":{\"Name\":\"data\",\"Type\":\"host\",\"Source\":\"100%d\"}}",
                SMALL));
        assertThat(group("db").remedies())
                .containsExactly("configure client { host_volume \"100%d\" } for writing on n1: it would fit there");
    }

    @Test
    void case_12_a_placed_allocation_tells_what_its_tasks_wait_for() {
        cluster.node("n1", "dc1");
        run(job("web", 1, "", "", SMALL));
        var allocation = cluster.live("web").getFirst();
        assertThat(instance(allocation).facts())
                .containsExactly("its node n1 was told at 2026-01-31T08:00:00Z and has not reported on it yet");
        reportPending(allocation, "Driver", "Downloading image acme/web:3: 12 of 40 MB");
        assertThat(instance(allocation).facts())
                .containsExactly("task \"t\" has not started; last: Driver, Downloading image acme/web:3: 12 of 40 MB"
                        + " (2026-01-31T08:00:00Z)");
        assertThat(instance(allocation).scores().getFirst().node()).isEqualTo("n1");
        reportPending(allocation, "Template", "Missing: kv.block(app/color)");
        assertThat(instance(allocation).next().getFirst())
                .startsWith("task \"t\" starts as soon as its templates find what they miss");
    }

    @Test
    void why_a_task_failed_is_told_beside_what_followed() {
        cluster.node("n1", "dc1");
        run(job("web", 1, "", "", SMALL));
        var state = TestCluster.read(ClientState.class, """
                {"ClientStatus":"running","ClientDescription":"Tasks are running","TaskStates":{"t":{"State":"pending","Restarts":1,"Events":[
                  {"Type":"Failed Artifact Download","Time":1769846400000000000,"DisplayMessage":"404"},
                  {"Type":"Restarting","Time":1769846400123456789,"DisplayMessage":"Task restarting in 15s"}]}}}""");
        var allocation = cluster.live("web").getFirst();
        cluster.apply(new Command.ReportAllocations(
                List.of(new Command.Report(allocation.id(), state)), List.of(), cluster.now()));
        assertThat(instance(allocation).facts())
                .containsExactly(
                        "task \"t\" has not started, restarted 1 time; Failed Artifact Download: 404; last: Restarting,"
                                + " Task restarting in 15s (2026-01-31T08:00:00Z)");
    }

    private void reportPending(Allocation allocation, String type, String message) {
        var state = TestCluster.read(ClientState.class, """
                {"ClientStatus":"pending","TaskStates":{"t":{"State":"pending","Events":[
                  {"Type":"%s","Time":1769846400000000000,"DisplayMessage":"%s"}]}}}""".formatted(type, message));
        cluster.apply(new Command.ReportAllocations(
                List.of(new Command.Report(allocation.id(), state)), List.of(), cluster.now()));
    }

    @Test
    void a_failed_allocation_tells_when_it_is_replaced_and_when_not_any_more() {
        cluster.node("n1", "dc1");
        run(job("web", 1, "", "", SMALL));
        cluster.report(cluster.live("web").getFirst(), ClientStatus.FAILED);
        var failed = cluster.all("web").getFirst();
        assertThat(instance(failed).next())
                .containsExactly("it is replaced at 2026-01-31T08:00:30Z (in 30s), as its reschedule policy says");
        schedule("web");
        assertThat(explainer()
                        .job(new JobKey("default", new JobId("web")))
                        .orElseThrow()
                        .facts())
                .anyMatch(fact -> fact.contains("waits until 2026-01-31T08:00:30Z (in 30s)"))
                .anyMatch(fact -> fact.endsWith("0 without a place, 1 ended and not replaced yet"));
        run(job(
                "once",
                1,
                "",
                ",\"ReschedulePolicy\":{\"Attempts\":0,\"Interval\":60000000000,\"Unlimited\":false}",
                SMALL));
        cluster.report(cluster.live("once").getFirst(), ClientStatus.FAILED);
        assertThat(instance(cluster.all("once").getFirst()).next().getFirst())
                .startsWith("it is not replaced any more")
                .contains("steppe job eval -force-reschedule once");
    }

    @Test
    void an_instance_nobody_looked_at_yet_is_told_to_have_a_place() {
        cluster.node("n1", "dc1");
        cluster.register(job("web", 2, "", "", SMALL));
        var explained = explainer().job(new JobKey("default", new JobId("web"))).orElseThrow();
        assertThat(explained.facts())
                .containsExactly("group \"g\": 2 wanted, 0 running, 0 placed and not running, 0 without a place,"
                        + " 2 with a place when the scheduler looks at the job next");
        assertThat(explained.groups().getFirst().best().getFirst().scores()).containsKey("binpack");
    }

    @Test
    void what_preemption_would_bring_is_told_where_it_is_off() {
        cluster.node("n3", "dc1");
        run(job("low", 2, ",\"Priority\":20", "", "\"CPU\":100,\"MemoryMB\":500"));
        run(job("web", 1, ",\"Priority\":60", "", "\"CPU\":100,\"MemoryMB\":500"));
        assertThat(group("web").remedies())
                .anyMatch(remedy -> remedy.startsWith("preemption for service jobs is off")
                        && remedy.endsWith("it then has a place, and 1 of job low on n3 would have to go"));
    }

    @Test
    void of_a_job_that_is_placed_all_at_once_it_says_what_is_lacking_and_that_the_rest_waits() {
        cluster.node("n1", "dc1");
        run(job("web", 2, ",\"AllAtOnce\":true", "", "\"CPU\":100,\"MemoryMB\":700"));
        assertThat(cluster.snapshot().allocationsOf(new JobKey("default", new JobId("web"))))
                .isEmpty();
        assertThat(group("web").unplaced()).isEqualTo(1);
        assertThat(sentences(group("web")).getFirst())
                .endsWith("held: 700 by instances of this job that get their places before");
        assertThat(group("web").remedies()).isNotEmpty();
        assertThat(explainer()
                        .job(new JobKey("default", new JobId("web")))
                        .orElseThrow()
                        .facts())
                .anyMatch(fact -> fact.contains("1 with a place that stays free until there is one for all"));
    }

    @Test
    void nothing_is_told_that_would_not_help() {
        cluster.node("n1", "dc1");
        run(job("web", 1, ",\"Datacenters\":[\"dc9\"]", "", "\"CPU\":100,\"MemoryMB\":90000"));
        assertThat(group("web").remedies()).isEmpty();
        assertThat(group("web").reasons()).hasSize(1);
    }

    @Test
    void without_a_node_it_says_to_start_one_and_a_paused_broker_is_named() {
        cluster.register(job("web", 1, "", "", SMALL));
        cluster.configure("{\"PauseEvalBroker\":true}");
        assertThat(group("web").remedies()).containsExactly("the cluster has no node: start an agent with a client");
        assertThat(explainer()
                        .job(new JobKey("default", new JobId("web")))
                        .orElseThrow()
                        .facts()
                        .getFirst())
                .startsWith("evaluations wait: the broker is paused");
    }

    @Test
    void ten_thousand_nodes_are_explained_by_grouped_reasons_in_reasonable_time() {
        for (int i = 0; i < 10_000; i++) {
            cluster.node("n" + i, i % 4 == 0 ? "dc2" : "dc1");
        }
        run(job("web", 3, ",\"Datacenters\":[\"dc1\"]", "", "\"CPU\":100,\"MemoryMB\":1500"));
        group("web");
        var begun = System.nanoTime();
        var group = group("web");
        var taken = Duration.ofNanos(System.nanoTime() - begun);
        assertThat(group.reasons()).extracting(Explained.Reason::nodes).containsExactly(7_500, 2_500);
        assertThat(group.reasons().getFirst().details().getFirst().names()).hasSize(3);
        assertThat(group.remedies())
                .anyMatch(remedy -> remedy.startsWith("lower memory of task \"t\" from 1500 to 1000 MB"));
        assertThat(taken).isLessThan(Duration.ofSeconds(10));
    }
}
