package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about its services and their checks has its effect on a running node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceFieldsTest {
    private static final String KINDS = """
            service {
              name = "kinds"
              port = "HTTP"
              check {
                name     = "tcp"
                type     = "tcp"
                interval = "1s"
                timeout  = "5s"
              }
              check {
                name            = "https"
                type            = "http"
                protocol        = "https"
                port            = "HTTPS"
                path            = "/secure"
                interval        = "1s"
                timeout         = "5s"
                tls_skip_verify = true
                tls_server_name = "web.example"
              }
              check {
                name     = "https that trusts nobody"
                type     = "http"
                protocol = "https"
                port     = "HTTPS"
                path     = "/secure"
                interval = "1s"
                timeout  = "5s"
              }
              check {
                name         = "grpc"
                type         = "grpc"
                port         = "GRPC"
                grpc_service = "shop"
                interval     = "1s"
                timeout      = "5s"
              }
              check {
                name         = "grpc of one that is ill"
                type         = "grpc"
                port         = "GRPC"
                grpc_service = "ill"
                interval     = "1s"
                timeout      = "5s"
              }
              check {
                name            = "grpc in tls"
                type            = "grpc"
                port            = "GRPCS"
                grpc_use_tls    = true
                tls_skip_verify = true
                interval        = "1s"
                timeout         = "5s"
              }
              check {
                name     = "script"
                type     = "script"
                task     = "t"
                command  = "/bin/sh"
                args     = ["-c", "echo it is $NOMAD_TASK_NAME; exit 1"]
                interval = "1s"
                timeout  = "5s"
              }
            }
            """;

    private RunningNode node;
    private HealthDoubles doubles;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users");
        doubles = new HealthDoubles(directory);
        node = RunningNode.start(directory, "");
    }

    @AfterAll
    void stop() throws Exception {
        if (node != null) {
            node.close();
            doubles.close();
        }
    }

    private String job(String name, String before, String services) {
        return """
                job "%s" {
                  %s
                  group "g" {
                    %s
                    task "t" {
                      driver = "raw_exec"
                      config {
                        command = "/bin/sleep"
                        args    = ["1000"]
                      }
                      resources {
                        cpu    = 20
                        memory = 20
                      }
                    }
                  }
                }
                """.formatted(name, before, services)
                .replace("HTTPS", Integer.toString(doubles.https()))
                .replace("HTTP", Integer.toString(doubles.http()))
                .replace("GRPCS", Integer.toString(doubles.grpcWithTls()))
                .replace("GRPC", Integer.toString(doubles.grpc()));
    }

    /** The row of a check in the catalog. */
    private Object check(String service, String name) throws Exception {
        for (Object row : list(node.catalog("/v1/health/checks/" + service))) {
            if (name.equals(at(row, "Name"))) {
                return row;
            }
        }
        return "";
    }

    private void awaitCheck(String service, String name, String status) {
        node.await(name + " to be " + status, () -> status.equals(at(check(service, name), "Status")));
    }

    @Test
    void the_catalog_shows_a_service_as_its_job_says() throws Exception {
        node.run(job("listed", "", """
                service {
                  name     = "listed"
                  port     = "8080"
                  provider = "consul"
                  cluster  = "default"
                  task     = "t"
                  address  = "192.0.2.7"
                  tags     = ["v1", "${node.datacenter}"]
                  meta {
                    version = "1"
                  }
                  tagged_addresses {
                    lan = "192.0.2.8"
                  }
                  weights {
                    passing = 5
                    warning = 2
                  }
                }
                service {
                  name         = "listed-host"
                  port         = "8081"
                  address_mode = "host"
                }
                """));
        node.await(
                "the service",
                () -> list(node.catalog("/v1/catalog/service/listed")).size() == 1);
        var row = list(node.catalog("/v1/catalog/service/listed")).getFirst();
        assertThat(at(row, "ServiceAddress")).isEqualTo("192.0.2.7");
        assertThat(at(row, "ServicePort")).hasToString("8080");
        assertThat(at(row, "ServiceTags")).hasToString("[v1, dc1]");
        assertThat(at(row, "ServiceMeta", "version")).isEqualTo("1");
        assertThat(at(row, "ServiceTaggedAddresses", "lan", "Address")).isEqualTo("192.0.2.8");
        assertThat(at(row, "ServiceWeights", "Passing")).hasToString("5");
        assertThat(at(row, "ServiceWeights", "Warning")).hasToString("2");
        node.await(
                "the other service",
                () -> list(node.catalog("/v1/catalog/service/listed-host")).size() == 1);
        var inHost = list(node.catalog("/v1/catalog/service/listed-host")).getFirst();
        assertThat(at(inHost, "ServiceAddress")).isEqualTo(at(inHost, "Address"));
        assertThat(node.say("service", "list")).doesNotContain("listed");

        node.run(job("listed-there", "", """
                service {
                  name     = "listed-there"
                  port     = "8082"
                  provider = "nomad"
                }
                """));
        node.await("the other list", () -> node.say("service", "list").contains("listed-there"));
        assertThat(list(node.catalog("/v1/catalog/service/listed-there"))).isEmpty();
    }

    @Test
    void a_request_is_sent_as_its_check_says_and_judged_by_its_thresholds() throws Exception {
        doubles.status.put("/nothing", 503);
        node.run(job("asked", "", """
                service {
                  name = "asked"
                  port = "1"
                  check {
                    name                     = "by request"
                    type                     = "http"
                    protocol                 = "http"
                    port                     = "HTTP"
                    method                   = "POST"
                    path                     = "/ready?a=b"
                    body                     = "ping"
                    interval                 = "1s"
                    timeout                  = "5s"
                    success_before_passing   = 2
                    failures_before_warning  = 1
                    failures_before_critical = 6
                    notes                    = "asks whether it is ready"
                    header {
                      X-Who = ["me"]
                    }
                  }
                  check {
                    name                     = "not judged yet"
                    type                     = "http"
                    port                     = "HTTP"
                    path                     = "/nothing"
                    interval                 = "1s"
                    timeout                  = "5s"
                    initial_status           = "passing"
                    failures_before_warning  = 1000
                    failures_before_critical = 1000
                  }
                }
                """));
        awaitCheck("asked", "by request", "passing");
        assertThat(doubles.asked.get("/ready")).as("successes before it passed").isGreaterThanOrEqualTo(2);
        assertThat(doubles.seen).contains("POST /ready?a=b me ping");
        assertThat(at(check("asked", "by request"), "Notes")).isEqualTo("asks whether it is ready");
        doubles.asked.put("/ready", 0);
        doubles.status.put("/ready", 503);
        awaitCheck("asked", "by request", "warning");
        awaitCheck("asked", "by request", "critical");
        assertThat(doubles.asked.get("/ready"))
                .as("failures before it was critical")
                .isGreaterThanOrEqualTo(6);
        assertThat(doubles.asked.get("/nothing")).isPositive();
        assertThat(at(check("asked", "not judged yet"), "Status")).isEqualTo("passing");
    }

    @Test
    void checks_of_every_kind_are_made_and_trust_whom_they_say() throws Exception {
        node.run(job("kinds", "", KINDS));
        for (String name : new String[] {"tcp", "https", "grpc", "grpc in tls"}) {
            awaitCheck("kinds", name, "passing");
        }
        awaitCheck("kinds", "https that trusts nobody", "critical");
        awaitCheck("kinds", "grpc of one that is ill", "critical");
        awaitCheck("kinds", "script", "warning");
        node.await(
                "its words",
                () -> at(check("kinds", "script"), "Output").toString().startsWith("it is t"));
        assertThat(doubles.seen)
                .anyMatch(request -> request.startsWith("GET /secure") && request.contains("web.example"));
    }

    @Test
    void failing_checks_restart_the_task_and_warnings_only_where_they_count() throws Exception {
        doubles.status.put("/worried", 429);
        var services = """
                restart {
                  attempts = 50
                  interval = "30m"
                  delay    = "10ms"
                }
                service {
                  name = "%1$s"
                  port = "HTTP"
                  check_restart {
                    limit           = 2
                    grace           = "1s"
                    ignore_warnings = %2$s
                  }
                  check {
                    type     = "http"
                    path     = "/worried"
                    interval = "1s"
                    timeout  = "5s"
                    %3$s
                  }
                }
                """;
        node.run(job("calm", "", services.formatted("calm", "true", "")));
        node.run(job("nervous", "", services.formatted("nervous", "false", "")));
        node.run(job("overruled", "", services.formatted("overruled", "true", """
                check_restart {
                  limit = 1
                  grace = "1s"
                }
                """)));
        node.await("a restart for warnings", () -> node.events("nervous", "t").contains("Restart Signaled"));
        node.await(
                "a restart by the check's own words",
                () -> node.events("overruled", "t").contains("Restart Signaled"));
        assertThat(node.events("calm", "t")).doesNotContain("Restart Signaled");
        doubles.status.put("/worried", 503);
        node.await("a restart for failures", () -> node.events("calm", "t").contains("Restart Signaled"));
    }

    private Object deployment(String job) throws Exception {
        return at(node.get("/v1/job/" + job + "/deployments"), 0);
    }

    @Test
    void warnings_hold_up_a_deployment_unless_a_service_or_a_check_says_otherwise() throws Exception {
        doubles.status.put("/warns", 429);
        doubles.status.put("/fails", 503);
        var update = """
                update {
                  health_check      = "checks"
                  max_parallel      = 1
                  min_healthy_time  = "10ms"
                  healthy_deadline  = "%s"
                  progress_deadline = "%s"
                }
                """;
        var checks = """
                service {
                  name      = "%1$s"
                  port      = "HTTP"
                  on_update = "ignore_warnings"
                  check {
                    type     = "http"
                    path     = "/warns"
                    interval = "1s"
                    timeout  = "5s"
                  }
                  check {
                    type      = "http"
                    path      = "/fails"
                    interval  = "1s"
                    timeout   = "5s"
                    on_update = "%2$s"
                  }
                }
                """;
        node.run(job("lenient", update.formatted("90s", "120s"), checks.formatted("lenient", "ignore")));
        node.run(job("strict", update.formatted("4s", "5s"), checks.formatted("strict", "require_healthy")));
        node.await("success", () -> "successful".equals(at(deployment("lenient"), "Status")));
        node.await("failure", () -> "failed".equals(at(deployment("strict"), "Status")));
    }

    @Test
    void health_is_what_tasks_or_operators_say_where_the_job_says_so() throws Exception {
        doubles.status.put("/fails", 503);
        var checks = """
                update {
                  health_check     = "%1$s"
                  min_healthy_time = "1s"
                  healthy_deadline = "90s"
                }
                service {
                  name = "%2$s"
                  port = "HTTP"
                  check {
                    type     = "http"
                    path     = "/fails"
                    interval = "1s"
                    timeout  = "5s"
                  }
                }
                """;
        node.run(job("by-tasks", "", checks.formatted("task_states", "by-tasks")));
        node.run(job("by-hand", "", checks.formatted("manual", "by-hand")));
        node.await("success", () -> "successful".equals(at(deployment("by-tasks"), "Status")));
        node.awaitStatus("by-hand", "running");
        assertThat(at(deployment("by-hand"), "Status")).isEqualTo("running");
        node.put(
                "/v1/deployment/allocation-health/" + at(deployment("by-hand"), "ID"),
                "{\"HealthyAllocationIDs\":[\"" + at(node.allocation("by-hand"), "ID") + "\"]}");
        node.await("success by hand", () -> "successful".equals(at(deployment("by-hand"), "Status")));
    }

    @Test
    void instances_are_replaced_no_more_at_a_time_and_no_faster_than_the_job_says() throws Exception {
        var text = job("rolling", """
                update {
                  max_parallel     = 1
                  min_healthy_time = "1500ms"
                }
                """, "count = 3\n");
        node.run(text);
        node.await("success", () -> "successful".equals(at(deployment("rolling"), "Status")));
        node.run(text.replace("\"1000\"", "\"1001\""));
        node.await(
                "three new ones",
                () -> node.allocations("rolling").size() == 6
                        && "successful".equals(at(deployment("rolling"), "Status")));
        var times = node.allocations("rolling").stream()
                .map(row -> ((Number) at(row, "CreateTime")).longValue())
                .toList();
        for (int i : new int[] {4, 5}) {
            assertThat(Duration.ofNanos(times.get(i) - times.get(i - 1)))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(1400));
        }
    }

    @Test
    void a_canary_has_its_own_tags_and_words_and_is_promoted_by_itself_once_it_is_well() throws Exception {
        var text = job("promoted", """
                update {
                  canary           = 1
                  auto_promote     = true
                  auto_revert      = true
                  min_healthy_time = "5s"
                }
                """, """
                service {
                  name        = "promoted"
                  port        = "HTTP"
                  tags        = ["stable"]
                  canary_tags = ["canary"]
                  meta {
                    kind = "stable"
                  }
                  canary_meta {
                    kind = "canary"
                  }
                }
                """);
        node.run(text);
        node.await("success", () -> "successful".equals(at(deployment("promoted"), "Status")));
        node.run(text.replace("\"1000\"", "\"1001\""));
        node.await("a canary in the catalog", () -> {
            assertThat(node.catalog("/v1/catalog/service/promoted").toString())
                    .contains("ServiceTags=[canary]", "kind=canary", "kind=stable");
            return true;
        });
        node.await("the end of the old one", () -> {
            var rows = list(node.catalog("/v1/catalog/service/promoted"));
            return rows.size() == 1 && rows.toString().contains("ServiceTags=[stable]");
        });
        assertThat(at(deployment("promoted"), "TaskGroups", "g", "Promoted")).isEqualTo(true);
    }
}
