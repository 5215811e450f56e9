package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about the files its tasks find has its effect on a running node: templates, artifacts, volumes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DataFieldsTest {
    private RunningNode node;
    private HealthDoubles doubles;
    private Path shared;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for users and mounts");
        doubles = new HealthDoubles(directory);
        shared = Files.createDirectory(directory.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(shared.resolve("there"), "was there\n");
        node = RunningNode.start(directory, """
                client {
                  host_volume "writable" {
                    path = "%1$s"
                  }
                  host_volume "fixed" {
                    path      = "%1$s"
                    read_only = true
                  }
                }
                """.formatted(shared));
    }

    @AfterAll
    void stop() throws Exception {
        if (node != null) {
            node.close();
            doubles.close();
        }
    }

    private String job(String name, String type, String group, String task, String script) {
        return ShellJob.of(name, type, "exec", script, group, task)
                .replace("HTTPS", "https://127.0.0.1:" + doubles.https())
                .replace("HTTP", "http://127.0.0.1:" + doubles.http());
    }

    private void put(String key, String value) {
        assertThat(node.say("kv", "put", key, value)).endsWith("exit 0");
    }

    private String file(String job, String name) throws Exception {
        var file = node.place(job).resolve("t/" + name);
        return Files.exists(file) ? Files.readString(file) : "";
    }

    @Test
    void files_are_rendered_as_their_templates_say() throws Exception {
        put("fields/colour", "green");
        doubles.bodies.put("/page.tpl", "from a file: {{ key \"fields/colour\" }}".getBytes(StandardCharsets.UTF_8));
        node.run(job("rendered", "batch", "", """
                artifact {
                  source      = "HTTP/page.tpl"
                  destination = "local/"
                }
                template {
                  source      = "local/page.tpl"
                  destination = "local/page"
                  perms       = "640"
                  uid         = 12345
                  gid         = 23456
                }
                template {
                  data            = "[[ key \\"fields/colour\\" ]] {{ kept }}"
                  destination     = "local/delimited"
                  left_delimiter  = "[["
                  right_delimiter = "]]"
                }
                template {
                  data        = "TOLD={{ key \\"fields/colour\\" }}"
                  destination = "secrets/told.env"
                  env         = true
                }
                """, "echo $TOLD"));
        node.awaitStatus("rendered", "complete");
        assertThat(file("rendered", "local/page")).isEqualTo("from a file: green");
        var attributes = Files.readAttributes(node.place("rendered").resolve("t/local/page"), "unix:mode,uid,gid");
        assertThat(attributes.get("uid")).isEqualTo(12345);
        assertThat(attributes.get("gid")).isEqualTo(23456);
        assertThat((int) attributes.get("mode") & 0777).isEqualTo(0640);
        assertThat(file("rendered", "local/delimited")).isEqualTo("green {{ kept }}");
        assertThat(node.output("rendered", "t")).isEqualTo("green\n");
    }

    @Test
    void a_word_that_is_missing_is_a_mistake_where_the_template_says_so() throws Exception {
        var template = """
                template {
                  data                 = "{{ $all := \\"{}\\" | parseJSON }}[{{ $all.missing }}]"
                  destination          = "local/page"
                  error_on_missing_key = %s
                }
                """;
        node.run(job("forgiving", "batch", "", template.formatted("false"), "cat local/page"));
        node.run(job("exact", "batch", "", template.formatted("true"), "cat local/page"));
        node.awaitStatus("forgiving", "complete");
        assertThat(node.output("forgiving", "t")).isEqualTo("[<no value>]");
        node.await("the mistake", () -> node.events("exact", "t").contains("missing"));
        assertThat(node.output("exact", "t")).isEmpty();
        node.say("job", "stop", "-detach", "exact");
    }

    /** Tells of signals, and which file it found at its start. */
    private static final String TELLING =
            "trap 'echo hangup' HUP; trap 'echo usr1' USR1; cat local/watched; " + "while :; do sleep 0.1; done";

    private static String watched(String key, String name, String more) {
        return """
                template {
                  data        = "{{ key \\"%s\\" }}\\n"
                  destination = "local/%s"
                  wait {
                    min = "10ms"
                    max = "1s"
                  }
                  %s
                }
                """.formatted(key, name, more);
    }

    @Test
    void a_running_task_is_told_of_changes_as_each_template_says() throws Exception {
        for (String key : new String[] {
            "fields/signal", "fields/late", "fields/script", "fields/once", "fields/quiet", "fields/slow"
        }) {
            put(key, "first");
        }
        node.run(job(
                "followed",
                "service",
                "",
                watched(
                                "fields/signal",
                                "watched",
                                "change_mode = \"signal\"\nchange_signal = \"SIGUSR1\"\nsplay = \"1ms\"")
                        + watched(
                                "fields/late",
                                "late",
                                "change_mode = \"signal\"\nchange_signal = \"SIGHUP\"\nsplay = \"1000h\"")
                        + watched("fields/script", "script", """
                                change_mode = "script"
                                splay       = "1ms"
                                change_script {
                                  command             = "/bin/sh"
                                  args                = ["-c", "cat local/script >>local/scripted"]
                                  timeout             = "10s"
                                  fail_on_error       = false
                                  run_on_first_render = true
                                }
                                """)
                        + watched("fields/once", "once", "change_mode = \"noop\"\nonce = true")
                        + watched("fields/quiet", "quiet", "change_mode = \"noop\"")
                        + watched("fields/slow", "slow", "change_mode = \"noop\"")
                                .replace("10ms", "3s")
                                .replace("1s", "9s"),
                TELLING));
        node.await("the task", () -> node.output("followed", "t").equals("first\n"));
        node.await(
                "the script at the first rendering",
                () -> file("followed", "local/scripted").equals("first\n"));
        // signals of templates that change together wait together, for the longest splay
        put("fields/signal", "second");
        node.await("the signal", () -> node.output("followed", "t").equals("first\nusr1\n"));
        var asked = Instant.now();
        for (String key : new String[] {"fields/late", "fields/script", "fields/once", "fields/slow", "fields/quiet"}) {
            put(key, "second");
        }
        node.await("the quiet one", () -> file("followed", "local/quiet").equals("second\n"));
        node.await("the script", () -> file("followed", "local/scripted").equals("first\nsecond\n"));
        node.await("the late one", () -> file("followed", "local/late").equals("second\n"));
        node.await("the slow one", () -> file("followed", "local/slow").equals("second\n"));
        assertThat(Duration.between(asked, Instant.now()))
                .as("waiting for calm")
                .isGreaterThanOrEqualTo(Duration.ofMillis(2_500));
        assertThat(file("followed", "local/once")).isEqualTo("first\n");
        assertThat(node.output("followed", "t"))
                .as("no signal before its splay")
                .doesNotContain("hangup");
        assertThat(at(node.allocation("followed"), "TaskStates", "t", "Restarts"))
                .hasToString("0");
    }

    @Test
    void a_task_is_restarted_for_a_change_and_fails_with_its_script_where_the_template_says_so() throws Exception {
        put("fields/restart", "first");
        node.run(job(
                "renewed",
                "service",
                "",
                watched("fields/restart", "watched", "change_mode = \"restart\"\nsplay = \"1ms\""),
                TELLING));
        node.run(job("strict-script", "service", "", watched("fields/restart", "watched", """
                change_mode = "script"
                splay       = "1ms"
                change_script {
                  command       = "/bin/sh"
                  args          = ["-c", "sleep 600"]
                  timeout       = "500ms"
                  fail_on_error = true
                }
                """), TELLING));
        for (String job : new String[] {"renewed", "strict-script"}) {
            node.await(job, () -> node.output(job, "t").equals("first\n"));
        }
        put("fields/restart", "second");
        node.await("a restart", () -> node.output("renewed", "t").equals("first\nsecond\n"));
        node.awaitStatus("strict-script", "failed");
    }

    @Test
    void artifacts_are_fetched_as_they_say() throws Exception {
        var bytes = "the program\n".getBytes(StandardCharsets.UTF_8);
        var sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        doubles.bodies.put("/app", bytes);
        doubles.bodies.put("/other", bytes);
        var artifact = """
                artifact {
                  source      = "HTTPS/app"
                  destination = "local/renamed"
                  mode        = "file"
                  insecure    = %s
                  chown       = true
                  options {
                    checksum = "sha256:%s"
                    edition  = "7"
                  }
                  headers {
                    X-Who = "me"
                  }
                }
                """;
        node.run(job("fetched", "batch", "", artifact.formatted("true", sum), "cat local/renamed"));
        node.run(job("careful", "batch", "", artifact.formatted("false", sum), "cat local/renamed"));
        node.run(job(
                "wrong-sum",
                "batch",
                "",
                artifact.formatted("true", sum.replace('a', 'b').replace('1', '2')),
                "true"));
        node.awaitStatus("fetched", "complete");
        assertThat(node.output("fetched", "t")).isEqualTo("the program\n");
        assertThat((Integer) Files.getAttribute(node.place("fetched").resolve("t/local/renamed"), "unix:uid"))
                .as("a user of its own")
                .isBetween(80_000, 89_999);
        assertThat(doubles.seen).anyMatch(request -> request.startsWith("GET /app?edition=7 me"));
        node.awaitFailure("careful", "Failed Artifact Download");
        node.awaitFailure("wrong-sum", "checksum");
    }

    @Test
    void volumes_are_mounted_as_group_and_task_say() throws Exception {
        var group = """
                volume "own" {
                  type            = "host"
                  source          = "%1$s"
                  read_only       = %2$s
                  access_mode     = "%3$s"
                  attachment_mode = "file-system"
                }
                """;
        var mount = """
                volume_mount {
                  volume           = "own"
                  destination      = "/srv/own"
                  read_only        = %s
                  propagation_mode = "private"
                }
                """;
        var script = "cat /srv/own/there; echo more >/srv/own/written && cat /srv/own/written; true";
        node.run(job(
                "writes",
                "batch",
                group.formatted("writable", "false", "single-node-multi-writer"),
                mount.formatted("false"),
                script));
        node.awaitStatus("writes", "complete");
        assertThat(node.output("writes", "t")).isEqualTo("was there\nmore\n");
        node.run(job(
                "reads",
                "batch",
                group.formatted("fixed", "true", "single-node-reader-only"),
                mount.formatted("false"),
                script));
        node.run(job(
                "mounts-to-read",
                "batch",
                group.formatted("writable", "false", "single-node-multi-writer"),
                mount.formatted("true"),
                script));
        for (String job : new String[] {"reads", "mounts-to-read"}) {
            node.awaitStatus(job, "complete");
            assertThat(node.output(job, "t")).as(job).isEqualTo("was there\n");
        }
        assertThat(node.plan(job(
                        "wants",
                        "batch",
                        group.formatted("fixed", "false", "single-node-multi-writer"),
                        mount.formatted("false"),
                        script)))
                .containsIgnoringCase("failed to place");
        assertThat(list(node.get("/v1/jobs?prefix=wants"))).isEmpty();
    }
}
