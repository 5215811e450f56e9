package dev.steppe.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobSpec;
import dev.steppe.model.NodeStatus;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.diff.DiffType;
import dev.steppe.model.diff.FieldDiff;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Proves that a preview says what then happens, and nothing where nothing would. */
class PreviewTest {
    private static final int JOBS = 150;

    private final TestCluster cluster = new TestCluster();

    private static JobSpec web(String jobFields, String groupFields, String taskFields) {
        return TestCluster.read(JobSpec.class, """
                {"ID":"web","Type":"service"%s,"TaskGroups":[{"Name":"g","Count":2%s,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sleep"},
                   "Resources":{"CPU":100,"MemoryMB":100}%s}]}]}""".formatted(jobFields, groupFields, taskFields));
    }

    private void runWeb() {
        cluster.node("n1", "dc1");
        cluster.register(web("", "", ""));
        cluster.schedule("web");
        cluster.everythingRuns("web");
    }

    @Test
    void of_a_new_job_everything_is_created_and_nothing_is_kept() {
        cluster.node("n1", "dc1");
        long before = cluster.snapshot().index();
        var preview = cluster.preview(web("", "", ""));
        assertThat(preview.diff().type()).isEqualTo(DiffType.ADDED);
        assertThat(preview.updates().get("g").place()).isEqualTo(2);
        assertThat(preview.jobModifyIndex()).isZero();
        assertThat(cluster.snapshot().index()).isEqualTo(before);
        assertThat(cluster.snapshot().jobs()).isEmpty();
    }

    @Test
    void a_change_of_what_a_task_was_started_with_replaces_it_and_says_why() {
        runWeb();
        var preview = cluster.preview(web("", "", ",\"Env\":{\"A\":\"1\"}"));
        var updates = preview.updates().get("g");
        assertThat(updates.destructive()).isEqualTo(1);
        assertThat(updates.replacedLater()).isEqualTo(1);
        assertThat(updates.reasons()).containsExactly("task t: Env[A]");
        var task = preview.diff().taskGroups().getFirst().tasks().getFirst();
        assertThat(task.annotations()).containsExactly("forces create/destroy update");
        assertThat(task.fields())
                .filteredOn(field -> field.name().equals("Env[A]"))
                .extracting(FieldDiff::annotations)
                .containsExactly(List.of("forces create/destroy update"));
    }

    @Test
    void a_change_a_running_task_takes_over_is_in_place() {
        runWeb();
        var preview = cluster.preview(web(
                ",\"Priority\":70",
                ",\"Services\":[{\"Name\":\"web\",\"Tags\":[\"new\"]}],\"Disconnect\":{\"LostAfter\":60000000000}",
                ",\"KillTimeout\":60000000000"));
        assertThat(preview.updates().get("g").inPlace()).isEqualTo(2);
        assertThat(preview.updates().get("g").destructive()).isZero();
        assertThat(preview.diff().taskGroups().getFirst().tasks().getFirst().annotations())
                .containsExactly("forces in-place update");
    }

    @Test
    void the_metadata_of_the_job_is_seen_by_its_tasks() {
        runWeb();
        var preview = cluster.preview(web(",\"Meta\":{\"team\":\"a\"}", "", ""));
        assertThat(preview.updates().get("g").reasons()).containsExactly("job Meta[team]");
    }

    @Test
    void a_constraint_the_node_does_not_meet_any_more_replaces_what_runs_there() {
        runWeb();
        cluster.node("n2", "dc2");
        var preview = cluster.preview(web(",\"Datacenters\":[\"dc2\"]", "", ""));
        assertThat(preview.updates().get("g").destructive()).isEqualTo(1);
        assertThat(preview.updates().get("g").reasons().getFirst())
                .startsWith("its node does not fit any more: datacenter is \"dc1\"");
    }

    @Test
    void what_would_find_no_place_is_told_before() {
        runWeb();
        var preview = cluster.preview(TestCluster.read(JobSpec.class, """
                {"ID":"web","TaskGroups":[{"Name":"g","Count":20,"Tasks":[{"Name":"t","Driver":"raw_exec",
                 "Config":{"command":"/bin/sleep"},"Resources":{"CPU":100,"MemoryMB":100}}]}]}"""));
        assertThat(preview.updates().get("g").place()).isEqualTo(18);
        assertThat(preview.failed().get("g").explanation().getFirst()).startsWith("node n1: ");
        assertThat(preview.followUps()).hasSize(1);
    }

    @Test
    void a_job_that_was_just_run_shows_no_change() {
        IntStream.range(0, 4).forEach(i -> cluster.node("n" + i, "dc" + i % 2));
        for (int seed = 0; seed < JOBS; seed++) {
            var job = TestCluster.read(JobSpec.class, random("j" + seed, new Random(seed)));
            cluster.register(job);
            var id = job.id().value();
            cluster.schedule(id);
            var preview = cluster.preview(job);
            assertThat(preview.diff().type()).as("seed %d", seed).isEqualTo(DiffType.NONE);
            preview.updates().forEach((group, updates) -> {
                boolean still =
                        updates.stop() + updates.inPlace() + updates.destructive() + updates.replacedLater() == 0;
                assertThat(still).as("%s %s", group, updates).isTrue();
            });
            cluster.register(TestCluster.read(JobSpec.class, "{\"ID\":\"" + id + "\"}"));
            cluster.schedule(id);
        }
    }

    @Test
    void what_a_preview_counts_is_what_the_scheduler_then_does() {
        IntStream.range(0, 4).forEach(i -> cluster.node("n" + i, "dc" + i % 2));
        var random = new Random(11);
        for (int round = 0; round < JOBS; round++) {
            var job = TestCluster.read(JobSpec.class, random("shifting", random));
            var preview = cluster.preview(job);
            cluster.register(job);
            var plan = cluster.schedule("shifting");
            assertThat(plan.updates()).as("round %d", round).isEqualTo(preview.updates());
            assertThat(plan.moved())
                    .hasSize(preview.updates().values().stream()
                            .mapToInt(DesiredUpdates::inPlace)
                            .sum());
            assertThat(plan.failed().keySet()).isEqualTo(preview.failed().keySet());
            if (round % 3 == 0) {
                cluster.everythingRuns("shifting");
            }
        }
    }

    @Test
    void of_jobs_that_ask_for_all_there_is_a_plan_counts_what_then_happens_and_then_shows_nothing() {
        for (int seed = 0; seed < 12; seed++) {
            var town = new TestCluster();
            var towns = new Towns(seed);
            IntStream.range(0, 5).forEach(number -> town.node(towns.node(number)));
            town.configure("{\"PreemptionConfig\":{\"ServiceSchedulerEnabled\":true,\"SystemSchedulerEnabled\":true}}");
            for (int version = 1; version <= 3; version++) {
                for (int number = 0; number < 6; number++) {
                    var job = TestCluster.read(JobSpec.class, towns.version(number, 30 + 20 * (number % 3), version));
                    var id = job.id().value();
                    var preview = town.preview(job);
                    town.register(job);
                    var plan = town.schedule(id);
                    assertThat(plan.updates()).as("town %d, %s", seed, id).isEqualTo(preview.updates());
                    assertThat(plan.failed().keySet())
                            .isEqualTo(preview.failed().keySet());
                    assertThat(preview.preempted())
                            .hasSize(preview.losses().stream()
                                    .mapToInt(Loss::evicted)
                                    .sum());
                    var again = town.preview(job);
                    assertThat(again.diff().type()).isEqualTo(DiffType.NONE);
                    again.updates()
                            .forEach((group, updates) -> assertThat(updates.stop() + updates.inPlace())
                                    .as("%s %s", id, updates)
                                    .isZero());
                    town.everythingRuns(id);
                }
            }
        }
    }

    @Test
    void what_it_costs_other_jobs_is_told_and_whether_they_find_another_place() {
        cluster.configure("{\"PreemptionConfig\":{\"ServiceSchedulerEnabled\":true}}");
        cluster.node("n1", "dc1");
        cluster.register(lowly("low", 10, 800));
        cluster.schedule("low");
        cluster.node("n2", "dc2");
        var urgent = TestCluster.read(JobSpec.class, """
                {"ID":"urgent","Priority":90,"Datacenters":["dc1"],"TaskGroups":[{"Name":"g","Count":1,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":900}}]}]}""");
        assertThat(cluster.preview(urgent).losses()).containsExactly(new Loss("default", "low", 1, Optional.of(0)));
        cluster.register(lowly("other", 10, 800));
        cluster.schedule("other");
        assertThat(cluster.preview(urgent).losses()).containsExactly(new Loss("default", "low", 1, Optional.of(1)));
    }

    @Test
    void of_very_many_jobs_that_lose_something_those_that_lose_most_are_looked_at_closer() {
        IntStream.range(0, Loss.LOOKED_AT + 3).forEach(i -> cluster.node("n" + i, "dc1"));
        IntStream.range(0, Loss.LOOKED_AT + 1).forEach(i -> {
            cluster.register(lowly("low%02d".formatted(i), 10, 800));
            cluster.schedule("low%02d".formatted(i));
        });
        var two = lowly("two", 10, 800);
        cluster.register(Codec.toJson(two).replace("\"Count\":1", "\"Count\":2"));
        cluster.schedule("two");
        assertThat(cluster.live("two")).hasSize(2);
        var losses = cluster.preview(TestCluster.read(JobSpec.class, """
                {"ID":"urgent","Type":"system","Priority":90,"TaskGroups":[{"Name":"g","Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":900}}]}]}""")).losses();
        assertThat(losses).hasSize(Loss.LOOKED_AT + 2);
        assertThat(losses.getFirst()).isEqualTo(new Loss("default", "two", 2, Optional.of(2)));
        assertThat(losses.get(1)).isEqualTo(new Loss("default", "low00", 1, Optional.of(1)));
        assertThat(losses.subList(0, Loss.LOOKED_AT))
                .allMatch(loss -> loss.unplaced().isPresent());
        assertThat(losses.subList(Loss.LOOKED_AT, losses.size()))
                .containsExactly(
                        new Loss("default", "low19", 1, Optional.empty()),
                        new Loss("default", "low20", 1, Optional.empty()));
    }

    @Test
    void what_failed_and_what_nobody_hears_of_are_counted_apart() {
        runWeb();
        cluster.report(cluster.live("web").getFirst(), ClientStatus.FAILED);
        var later = cluster.preview(web("", "", "")).updates().get("g");
        assertThat(later.rescheduleLater()).isEqualTo(1);
        assertThat(later.place()).isZero();
        cluster.pass(Duration.ofMinutes(1));
        var now = cluster.preview(web("", "", "")).updates().get("g");
        assertThat(now.rescheduleNow()).isEqualTo(1);
        assertThat(now.place()).isEqualTo(1);
        assertThat(now.rescheduleLater()).isZero();
        var patient = ",\"Disconnect\":{\"LostAfter\":600000000000,\"Replace\":false}";
        cluster.register(web("", patient, ""));
        cluster.schedule("web");
        cluster.everythingRuns("web");
        cluster.status("n1", NodeStatus.DISCONNECTED);
        assertThat(cluster.preview(web("", patient, "")).updates().get("g").disconnect())
                .isEqualTo(2);
    }

    private static JobSpec lowly(String id, int priority, int memory) {
        return TestCluster.read(JobSpec.class, """
                {"ID":"%s","Priority":%d,"Datacenters":["*"],"TaskGroups":[{"Name":"g","Count":1,"Tasks":[
                  {"Name":"t","Driver":"raw_exec","Resources":{"CPU":100,"MemoryMB":%d}}]}]}""".formatted(id, priority, memory));
    }

    /** A job as people write them: some groups, tasks with environment, services, ports and constraints. */
    private static String random(String id, Random random) {
        var groups = IntStream.rangeClosed(0, random.nextInt(3))
                .mapToObj(i -> group("g" + i, random))
                .collect(Collectors.joining(","));
        var types = new String[] {"service", "batch", "system", "service"};
        String type = id.equals("shifting") ? "service" : types[random.nextInt(types.length)];
        if (type.equals("system")) {
            groups = groups.replaceAll("\"Count\":\\d+", "\"Count\":1");
        }
        return "{\"ID\":\"%s\",\"Type\":\"%s\",\"Priority\":%d,\"Datacenters\":[\"%s\"],\"Meta\":{%s},\"TaskGroups\":[%s]}"
                .formatted(
                        id,
                        type,
                        30 + random.nextInt(3),
                        random.nextInt(4) == 0 ? "dc0" : "*",
                        random.nextInt(4) == 0 ? "\"team\":\"a\"" : "",
                        groups);
    }

    private static String group(String name, Random random) {
        String ports = random.nextInt(3) == 0
                ? ",\"Networks\":[{\"Mode\":\"host\",\"DynamicPorts\":[{\"Label\":\"p\"}]}]"
                : "";
        String service = random.nextInt(2) == 0
                ? ",\"Services\":[{\"Name\":\"s\",\"Tags\":[\"t" + random.nextInt(3)
                        + "\"],\"Checks\":[{\"Type\":\"tcp\",\"Interval\":" + (1 + random.nextInt(2)) * 1_000_000_000L
                        + "}]}]"
                : "";
        String update = random.nextInt(2) == 0 ? ",\"Update\":{\"MaxParallel\":" + random.nextInt(3) + "}" : "";
        return """
                {"Name":"%s","Count":%d%s%s%s,"Tasks":[{"Name":"t","Driver":"raw_exec","KillTimeout":%d,
                 "Config":{"command":"/bin/sleep","args":["%d"]},"Env":{"A":"%d"},
                 "Resources":{"CPU":%d,"MemoryMB":50}}]}""".formatted(
                        name,
                        random.nextInt(4),
                        ports,
                        service,
                        update,
                        1_000_000_000L * (1 + random.nextInt(3)),
                        random.nextInt(2),
                        random.nextInt(2),
                        50 + 50 * random.nextInt(3));
    }
}
