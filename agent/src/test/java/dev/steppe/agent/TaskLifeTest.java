package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.client.driver.AllocationDirectory;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.AllocationId;
import dev.steppe.model.codec.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with real processes how the tasks of a group live together, also when the agent is killed in between. */
class TaskLifeTest {
    @TempDir
    Path directory;

    @BeforeEach
    void open() throws IOException {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users and control groups");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String task(String name, String more, String script) {
        return """
                {"Name":"%s","Driver":"raw_exec",%s"Config":{"command":"/bin/sh","args":["-c",%s]},
                 "Resources":{"CPU":20,"MemoryMB":20}}""".formatted(name, more, Codec.toJson(script));
    }

    private static String hook(String name, boolean sidecar) {
        return "\"Lifecycle\":{\"Hook\":\"%s\",\"Sidecar\":%s},".formatted(name, sidecar);
    }

    private static void register(ChildAgent agent, String type, String group, String... tasks) throws Exception {
        agent.send("PUT", "/v1/jobs", """
                {"Job":{"ID":"life","Type":"%s","TaskGroups":[{"Name":"g",%s
                 "RestartPolicy":{"Attempts":0,"Mode":"fail"},"ReschedulePolicy":{"Attempts":0},"Tasks":[%s]}]}}
                """.formatted(type, group, String.join(",", tasks)));
    }

    private static final String SAY = "echo $NOMAD_TASK_NAME >>$NOMAD_ALLOC_DIR/data/order; ";

    private static List<String> order(ChildAgent agent, String allocation) throws IOException {
        try {
            return Files.readAllLines(agent.data().resolve("alloc/" + allocation + "/alloc/data/order"));
        } catch (NoSuchFileException notYet) {
            return List.of();
        }
    }

    @Test
    void tasks_start_and_end_in_the_order_of_their_lifecycle_although_the_agent_is_killed() throws Exception {
        try (var agent = new ChildAgent(directory, 6)) {
            agent.start();
            register(
                    agent,
                    "service",
                    "",
                    task(
                            "main",
                            "",
                            "trap 'echo main-ended >>$NOMAD_ALLOC_DIR/data/order; exit' INT; " + SAY
                                    + "while :; do sleep 0.05; done"),
                    task("prepare", hook("prestart", false), "sleep 0.5; " + SAY),
                    task("beside", hook("prestart", true), "exec sleep 1000"),
                    // two that run at once say their words in an order of chance
                    task(
                            "after",
                            hook("poststart", false),
                            "until grep -q main $NOMAD_ALLOC_DIR/data/order; do sleep 0.05; done; " + SAY),
                    task("cleanup", hook("poststop", false), SAY));
            agent.awaitStatus("life", "running");
            var id = agent.idOf("life");
            agent.await("the poststart task", () -> order(agent, id).contains("after"));
            agent.kill();
            agent.start();
            agent.awaitStatus("life", "running");
            agent.send("DELETE", "/v1/job/life", "");
            agent.awaitStatus("life", "complete");
            assertThat(order(agent, id)).containsExactly("prepare", "main", "after", "main-ended", "cleanup");
        }
    }

    @Test
    void the_end_of_the_leader_ends_the_others_and_a_batch_with_a_sidecar_completes() throws Exception {
        var order = "$NOMAD_ALLOC_DIR/data/order";
        try (var agent = new ChildAgent(directory, 7)) {
            agent.start();
            register(
                    agent,
                    "batch",
                    "",
                    task(
                            "lead",
                            "\"Leader\":true,",
                            "until grep -q follow " + order + " && grep -q beside " + order + "; do sleep 0.05; done"),
                    task("follow", "", SAY + "exec sleep 1000"),
                    task("beside", hook("poststart", true), SAY + "exec sleep 1000"));
            agent.awaitStatus("life", "complete");
            assertThat(agent.eventsOf("life", "follow")).anyMatch(it -> it.startsWith("Leader Task Dead"));
            assertThat(agent.eventsOf("life", "beside")).anyMatch(it -> it.startsWith("Killed"));
        }
    }

    @Test
    void a_batch_that_runs_longer_than_it_may_is_ended_and_complete_although_the_agent_was_away() throws Exception {
        try (var agent = new ChildAgent(directory, 5)) {
            agent.start();
            register(
                    agent,
                    "batch",
                    "\"MaxRunDuration\":6000000000,",
                    task("main", "", "exec sleep 1000"),
                    task("cleanup", hook("poststop", false), SAY));
            agent.await(
                    "a beginning",
                    () -> agent.allocation("life").get("ClientStatus") instanceof String status
                            && !status.equals("pending"));
            var id = agent.idOf("life");
            agent.kill();
            agent.start();
            agent.awaitStatus("life", "complete");
            assertThat(agent.allocation("life").get("ClientDescription"))
                    .isEqualTo("allocation exceeded max_run_duration");
            assertThat(agent.eventsOf("life", "main")).anyMatch(it -> it.startsWith("Killed"));
            assertThat(order(agent, id)).as("what would run after it").isEmpty();
        }
    }

    @Test
    void tasks_are_signalled_restarted_and_replaced_on_request() throws Exception {
        try (var agent = new ChildAgent(directory, 8)) {
            agent.start();
            register(
                    agent,
                    "service",
                    "\"ShutdownDelay\":600000000000,",
                    task("prepare", hook("prestart", false), SAY),
                    task(
                            "main",
                            "",
                            "trap 'echo hangup >>$NOMAD_ALLOC_DIR/data/order' HUP; " + SAY
                                    + "while :; do sleep 0.05; done"));
            agent.awaitStatus("life", "running");
            var id = agent.idOf("life");
            agent.await("the main task", () -> order(agent, id).contains("main"));
            agent.send("PUT", "/v1/client/allocation/" + id + "/signal", "{\"Task\":\"main\",\"Signal\":\"SIGHUP\"}");
            agent.await("the signal", () -> order(agent, id).contains("hangup"));
            agent.send("PUT", "/v1/client/allocation/" + id + "/restart", "{\"TaskName\":\"main\"}");
            agent.await("the restart of one task", () -> order(agent, id).size() == 4);
            agent.send("PUT", "/v1/client/allocation/" + id + "/restart", "{\"AllTasks\":true}");
            agent.await("the restart of all tasks", () -> order(agent, id).size() == 6);
            assertThat(order(agent, id)).containsExactly("prepare", "main", "hangup", "main", "prepare", "main");
            agent.send("PUT", "/v1/allocation/" + id + "/stop?no_shutdown_delay=true", "");
            agent.await(
                    "another allocation",
                    () -> agent.allocations("life").stream()
                            .anyMatch(it -> !id.equals(it.get("ID")) && "running".equals(it.get("ClientStatus"))));
            agent.send("DELETE", "/v1/job/life?no_shutdown_delay=true", "");
            agent.await(
                    "the end of all",
                    () -> agent.allocations("life").stream().allMatch(it -> "complete".equals(it.get("ClientStatus"))));
        }
    }

    @Test
    void a_replacement_on_a_sticky_disk_has_the_data_of_the_one_before_and_may_change_it() throws Exception {
        try (var agent = new ChildAgent(directory, 0)) {
            agent.start();
            var append = "for f in $NOMAD_ALLOC_DIR/data $NOMAD_TASK_DIR; do echo %s >>$f/kept; done; exec sleep 1000";
            for (String version : List.of("first", "second")) {
                register(
                        agent,
                        "service",
                        "\"EphemeralDisk\":{\"Sticky\":true,\"SizeMB\":200},",
                        task("main", "\"KillSignal\":\"SIGKILL\",", append.formatted(version)));
                agent.await(
                        "what " + version + " wrote", () -> kept(agent, version).size() == 2);
            }
            assertThat(kept(agent, "second")).allMatch(text -> text.equals("first\nsecond\n"));
            assertThat(kept(agent, "second\n")).as("moved, not copied").hasSize(2);
            agent.send("DELETE", "/v1/job/life", "");
            agent.await(
                    "the end of all",
                    () -> agent.allocations("life").stream().allMatch(it -> "complete".equals(it.get("ClientStatus"))));
        }
    }

    /** The files called kept of all allocations that hold the text. */
    private static List<String> kept(ChildAgent agent, String text) throws IOException {
        var found = new ArrayList<String>();
        var root = agent.data().resolve("alloc");
        for (AllocationId id : AllocationDirectory.existing(root)) {
            for (String place : List.of("alloc/data/kept", "main/local/kept")) {
                var file = root.resolve(id.value()).resolve(place);
                if (Files.exists(file) && Files.readString(file).contains(text)) {
                    found.add(Files.readString(file));
                }
            }
        }
        return found;
    }

    @Test
    void output_is_rotated_and_read_as_one() throws Exception {
        try (var agent = new ChildAgent(directory, 9)) {
            agent.start();
            register(
                    agent,
                    "batch",
                    "",
                    task("t", "\"LogConfig\":{\"MaxFiles\":2,\"MaxFileSizeMB\":1},", "seq 1 500000"),
                    task("quiet", "\"LogConfig\":{\"Disabled\":true},", "seq 1 500000"));
            agent.awaitStatus("life", "complete");
            var logs = agent.data().resolve("alloc/" + agent.idOf("life") + "/alloc/logs");
            try (var files = Files.list(logs)) {
                assertThat(files.map(it -> it.getFileName().toString()).sorted())
                        .containsExactly("t.stderr.0", "t.stdout.2", "t.stdout.3");
            }
            var shown = agent.text("/v1/client/fs/logs/" + agent.idOf("life") + "?task=t&type=stdout&plain=true")
                    .lines()
                    .toList();
            assertThat(shown).hasSizeGreaterThan(150_000);
            int first = Integer.parseInt(shown.getFirst());
            var expected = IntStream.rangeClosed(first, 500_000)
                    .mapToObj(Integer::toString)
                    .toList();
            assertThat(shown.equals(expected)).as("whole lines from " + first).isTrue();
        }
    }
}
