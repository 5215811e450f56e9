package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about when and with what others are launched from it has its effect on a running node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LaunchFieldsTest {
    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        node = RunningNode.start(directory, "");
    }

    @AfterAll
    void stop() throws Exception {
        node.close();
    }

    private static String job(String name, String launched, String script, String task) {
        return """
                job "%s" {
                  type = "batch"
                  %s
                  group "g" {
                    task "t" {
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
                  }
                }
                """.formatted(name, launched, script, task);
    }

    private int children(String job) throws Exception {
        return list(node.get("/v1/jobs?prefix=" + job + "/")).size();
    }

    @Test
    void a_periodic_job_is_launched_at_its_times_and_not_over_itself_or_not_at_all() throws Exception {
        node.run(job(
                "often", """
                periodic {
                  enabled   = true
                  spec_type = "cron"
                  crons     = ["* * * * * * *"]
                }
                """,
                "exec sleep 1000", ""));
        node.run(job(
                "one-at-a-time", """
                periodic {
                  cron             = "* * * * * * *"
                  prohibit_overlap = true
                }
                """,
                "exec sleep 1000", ""));
        node.run(job(
                "off", """
                periodic {
                  enabled = false
                  crons   = ["* * * * * * *"]
                }
                """,
                "true", ""));
        node.await("one launch", () -> children("one-at-a-time") == 1);
        int before = children("often");
        node.await("two more launches over each other", () -> children("often") >= before + 2);
        assertThat(children("one-at-a-time")).isEqualTo(1);
        assertThat(children("off")).isZero();
        for (String job : new String[] {"often", "one-at-a-time", "off"}) {
            node.say("job", "stop", "-detach", job);
        }
    }

    @Test
    void times_are_those_of_the_zone_that_is_said() throws Exception {
        node.run(job(
                "noon", """
                periodic {
                  crons     = ["0 12 * * *"]
                  time_zone = "Pacific/Kiritimati"
                }
                """,
                "true", ""));
        node.run(job(
                "noon-utc", """
                periodic {
                  crons     = ["0 12 * * *"]
                }
                """,
                "true", ""));
        // 14 hours ahead
        assertThat(node.say("job", "status", "noon")).contains("22:00:00Z");
        assertThat(node.say("job", "status", "noon-utc")).contains("12:00:00Z");
    }

    @Test
    void a_dispatched_job_has_its_payload_and_words_or_is_refused() throws Exception {
        node.run(job(
                "orders", """
                parameterized {
                  payload       = "required"
                  meta_required = ["who"]
                  meta_optional = ["why"]
                }
                """,
                "cat local/in/order; echo $NOMAD_META_who $NOMAD_META_why", """
                dispatch_payload {
                  file = "in/order"
                }
                """));
        var order = node.written("one loaf\n");
        assertThat(node.say("job", "dispatch", "-detach", "orders", order))
                .contains("who")
                .doesNotEndWith("exit 0");
        assertThat(node.say("job", "dispatch", "-detach", "-meta", "who=me", "orders"))
                .doesNotEndWith("exit 0");
        assertThat(node.say("job", "dispatch", "-detach", "-meta", "who=me", "-meta", "how=so", "orders", order))
                .contains("how")
                .doesNotEndWith("exit 0");
        assertThat(node.say("job", "dispatch", "-detach", "-meta", "who=me", "-meta", "why=hunger", "orders", order))
                .endsWith("exit 0");
        node.await("the launch", () -> children("orders") == 1);
        var child =
                String.valueOf(at(node.get("/v1/jobs?prefix=orders/"), 0, "ID")).replace("/", "%2F");
        node.awaitStatus(child, "complete");
        assertThat(node.output(child, "t")).isEqualTo("one loaf\nme hunger\n");
    }
}
