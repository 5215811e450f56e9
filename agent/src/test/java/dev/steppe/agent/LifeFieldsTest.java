package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about the lives of its tasks has its effect on a running node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LifeFieldsTest {
    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users");
        node = RunningNode.start(directory, "");
    }

    @AfterAll
    void stop() throws Exception {
        if (node != null) {
            node.close();
        }
    }

    /** A job of one group whose tasks follow what stands before them. */
    private static String job(String name, String type, String group) {
        return """
                job "%s" {
                  type = "%s"
                  group "g" {
                    %s
                  }
                }
                """.formatted(name, type, group);
    }

    private static String task(String name, String more, String script) {
        return """
                task "%s" {
                  driver = "raw_exec"
                  config {
                    command = "/bin/sh"
                    args    = ["-c", "%s"]
                  }
                  resources {
                    cpu    = 20
                    memory = 20
                  }
                  %s
                }
                """.formatted(name, script, more);
    }

    private static long restarts(Object allocation, String task) {
        return ((Number) at(allocation, "TaskStates", task, "Restarts")).longValue();
    }

    @Test
    void a_group_restarts_its_tasks_as_often_as_it_says_and_a_task_as_often_as_it_says_itself() throws Exception {
        node.run(job("restarting", "batch", """
                restart {
                  attempts = 2
                  interval = "10m"
                  delay    = "300ms"
                  mode     = "fail"
                }
                reschedule {
                  attempts  = 0
                  unlimited = false
                }
                """ + task("group", "", "date +%s%N; exit 3")));
        node.run(job("restarting-task", "batch", """
                restart {
                  attempts = 2
                  interval = "10m"
                  delay    = "300ms"
                  mode     = "fail"
                }
                reschedule {
                  attempts  = 0
                  unlimited = false
                }
                """ + task("own", """
                        restart {
                          attempts = 1
                          interval = "10m"
                          delay    = "1ms"
                          mode     = "fail"
                        }
                        """, "exit 4")));
        node.awaitStatus("restarting", "failed");
        node.awaitStatus("restarting-task", "failed");
        assertThat(restarts(node.allocation("restarting"), "group")).isEqualTo(2);
        assertThat(restarts(node.allocation("restarting-task"), "own")).isEqualTo(1);
        var times =
                node.output("restarting", "group").lines().map(Long::parseLong).toList();
        assertThat(times).hasSize(3);
        assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void with_mode_delay_the_rest_of_the_interval_is_waited_for() throws Exception {
        node.run(job("patient", "service", """
                restart {
                  attempts = 1
                  interval = "5s"
                  delay    = "1ms"
                  mode     = "delay"
                }
                """ + task("t", "", "date +%s%N; exit 3")));
        node.await("two rounds", () -> node.output("patient", "t").lines().count() >= 3);
        var times = node.output("patient", "t").lines().map(Long::parseLong).toList();
        assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isLessThan(Duration.ofSeconds(4));
        assertThat(Duration.ofNanos(times.get(2) - times.get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(4));
        assertThat(node.say("job", "stop", "-detach", "patient")).endsWith("exit 0");
    }

    @Test
    void failed_instances_are_replaced_after_delays_that_grow_up_to_a_bound_or_as_often_as_is_said() throws Exception {
        var once = "restart {\nattempts = 0\nmode = \"fail\"\n}\n";
        node.run(job("growing", "service", once + """
                reschedule {
                  delay          = "5s"
                  delay_function = "exponential"
                  max_delay      = "6s"
                  unlimited      = true
                }
                """ + task("t", "", "exit 3")));
        node.run(job("counted", "service", once + task("t", "", "exit 3")).replace("group \"g\"", """
                reschedule {
                  attempts       = 1
                  interval       = "10m"
                  delay          = "5s"
                  delay_function = "constant"
                  unlimited      = false
                }
                group "g\""""));
        node.await("a third instance", () -> node.allocations("growing").size() >= 3);
        var events = list(at(node.allocation("growing"), "RescheduleTracker", "Events"));
        assertThat(events.stream()
                        .map(event -> Duration.ofNanos(((Number) at(event, "Delay")).longValue()))
                        .limit(2))
                .containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(6));
        assertThat(node.say("job", "stop", "-detach", "growing")).endsWith("exit 0");
        assertThat(node.allocations("counted")).as("first and one more").hasSize(2);
    }

    @Test
    void a_task_ends_by_its_own_signal_or_is_killed_when_its_time_is_over() throws Exception {
        node.run(job(
                "ending",
                "service",
                task("polite", """
                        kill_signal  = "SIGUSR1"
                        kill_timeout = "25s"
                        """, "trap 'echo asked; exit 7' USR1; echo up; while :; do sleep 0.1; done")
                        + task("deaf", """
                        kill_timeout = "1s"
                        """, "trap '' INT TERM; echo up; exec sleep 1000")));
        node.await(
                "both to be up",
                () -> node.output("ending", "polite").equals("up\n")
                        && node.output("ending", "deaf").equals("up\n"));
        node.say("job", "stop", "-detach", "ending");
        node.awaitStatus("ending", "complete");
        assertThat(node.output("ending", "polite")).isEqualTo("up\nasked\n");
        assertThat(node.events("ending", "polite")).contains("exit_code=7");
        assertThat(node.events("ending", "deaf")).contains("signal=9");
    }

    @Test
    void tasks_are_given_time_after_they_have_left_the_catalog() throws Exception {
        node.run(job(
                "leaving",
                "service",
                """
                shutdown_delay = "1s"
                service {
                  name     = "leaving"
                  provider = "nomad"
                }
                """ + task("own", """
                        shutdown_delay = "2s"
                        service {
                          name     = "leaving-own"
                          provider = "nomad"
                        }
                        """, "trap 'date +%s%N; exit' INT; while :; do sleep 0.05; done")
                        + task("group", "", "trap 'date +%s%N; exit' INT; while :; do sleep 0.05; done")));
        node.awaitStatus("leaving", "running");
        node.await("services", () -> list(node.get("/v1/service/leaving-own")).size() == 1);
        var asked = Instant.now();
        node.say("job", "stop", "-detach", "leaving");
        node.await(
                "no service",
                () -> list(node.get("/v1/service/leaving-own")).isEmpty()
                        && list(node.get("/v1/service/leaving")).isEmpty());
        node.awaitStatus("leaving", "complete");
        assertThat(ended("group")).isAfter(asked.plusSeconds(1));
        assertThat(ended("own")).isAfter(asked.plusSeconds(3));
    }

    private Instant ended(String task) throws Exception {
        long nanos = Long.parseLong(node.output("leaving", task).strip());
        return Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
    }

    @Test
    void tasks_begin_in_the_order_of_their_lifecycle_and_end_with_their_leader() throws Exception {
        var order = "$NOMAD_ALLOC_DIR/data/order";
        var say = "echo $NOMAD_TASK_NAME >>" + order;
        // two that run at once say their words in an order of chance
        var hears = "until grep -q main " + order + "; do sleep 0.1; done; ";
        node.run(job(
                "ordered",
                "batch",
                task("main", "leader = true", say + "; until grep -q after " + order + "; do sleep 0.1; done")
                        + task("before", "lifecycle {\nhook = \"prestart\"\n}", "sleep 0.3; " + say)
                        + task("beside", "lifecycle {\nhook = \"prestart\"\nsidecar = true\n}", "exec sleep 1000")
                        + task("after", "lifecycle {\nhook = \"poststart\"\nsidecar = false\n}", hears + say)
                        + task("last", "lifecycle {\nhook = \"poststop\"\n}", say)
                        + task("other", "", "exec sleep 1000")));
        node.awaitStatus("ordered", "complete");
        assertThat(Files.readAllLines(node.place("ordered").resolve("alloc/data/order")))
                .containsExactly("before", "main", "after", "last");
        assertThat(began("after")).isAfterOrEqualTo(began("main"));
        assertThat(node.events("ordered", "other")).contains("Leader Task Dead");
    }

    private Instant began(String task) throws Exception {
        return Instant.parse(String.valueOf(at(node.allocation("ordered"), "TaskStates", task, "StartedAt")));
    }

    @Test
    void output_is_kept_in_as_many_files_of_the_size_that_is_said_or_not_at_all() throws Exception {
        node.run(job("chatty", "batch", task("t", """
                        logs {
                          max_files     = 2
                          max_file_size = 1
                        }
                        """, "seq 1 400000") + task("quiet", """
                        logs {
                          disabled = true
                        }
                        """, "seq 1 400000")));
        node.awaitStatus("chatty", "complete");
        try (var files = Files.list(node.place("chatty").resolve("alloc/logs"))) {
            var found =
                    files.map(file -> file.getFileName().toString()).sorted().toList();
            assertThat(found).hasSize(3).contains("t.stderr.0").doesNotContain("t.stdout.0");
            for (String file : List.of(found.get(1), found.get(2))) {
                assertThat(Files.size(node.place("chatty").resolve("alloc/logs").resolve(file)))
                        .isLessThanOrEqualTo(1 << 20);
            }
        }
    }

    @Test
    void a_task_alone_is_a_group_and_runs_as_its_user_with_what_it_is_told() throws Exception {
        node.run("""
                job "told" {
                  type = "batch"
                  task "t" {
                    driver = "exec"
                    user   = "nobody"
                    config {
                      command = "/bin/sh"
                      args    = ["-c", "id -un; echo $COLOUR"]
                    }
                    env {
                      COLOUR = "green on ${attr.kernel.name}"
                    }
                    resources {
                      cpu    = 20
                      memory = 20
                    }
                  }
                }
                """);
        node.awaitStatus("told", "complete");
        assertThat(node.output("told", "t")).isEqualTo("nobody\ngreen on linux\n");
    }
}
