package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a configuration says in the plug-in for containers has its effect on containers of a node that runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DockerKeysTest {
    private static final String IMAGE = "busybox-of-tests:1";
    private static final String CAREFUL = """
            client {
              device "nvidia/gpu/none" {
                ids = ["GPU-1"]
                env {
                  NVIDIA_VISIBLE_DEVICES = "{ids}"
                }
              }
            }
            plugin "docker" {
              config {
                endpoint              = "%s"
                allow_caps            = ["net_raw"]
                allow_runtimes        = ["runc", "special"]
                allow_devices         = ["/dev/null"]
                extra_labels          = ["job_name", "task*"]
                nvidia_runtime        = "special"
                pull_activity_timeout = "4s"
                oom_score_adj         = 200
                pids_limit            = 77
                allowed_modes {
                  pid    = ["host"]
                  ipc    = ["host"]
                  uts    = ["host"]
                  userns = ["host"]
                }
                auth {
                  helper = "of-nobody"
                }
                gc {
                  image       = true
                  image_delay = "200ms"
                }
              }
            }
            """;
    private static final String GENEROUS = """
            plugin "docker" {
              config {
                endpoint               = "%1$s"
                allow_privileged       = true
                disable_log_collection = true
                image_pull_timeout     = "10s"
                logging {
                  type = "local"
                  config {
                    max-size = "7m"
                  }
                }
                volumes {
                  enabled      = true
                  selinuxlabel = "z"
                }
                auth {
                  config = "%2$s/credentials.json"
                }
                gc {
                  image       = false
                  image_delay = "200ms"
                  container   = false
                }
              }
            }
            """;

    private EngineOfTests engine;
    private byte[] archive;

    @BeforeAll
    void start() throws Exception {
        engine = new EngineOfTests();
        engine.image(IMAGE, Map.of(), "[\"/bin/sh\"]");
        archive = Files.readAllBytes(engine.archive(Map.of("etc/of", "the registry")));
    }

    @AfterAll
    void stop() throws Exception {
        if (engine != null) {
            engine.close();
        }
    }

    private static String job(String name, String type, String script, String config, String resources) {
        return """
                job "%s" {
                  type = "%s"
                  group "g" {
                    restart {
                      attempts = 0
                      mode     = "fail"
                    }
                    reschedule {
                      attempts  = 0
                      unlimited = false
                    }
                    task "t" {
                      driver = "docker"
                      config {
                        %s
                        command      = "/bin/sh"
                        args         = ["-c", "%s"]
                        network_mode = "none"
                      }
                      resources {
                        cpu    = 20
                        memory = 32
                        %s
                      }
                    }
                  }
                }
                """.formatted(
                        name,
                        type,
                        (config.contains("image") ? "" : "image = \"" + IMAGE + "\"\n") + config,
                        script,
                        resources);
    }

    private static String image(String name) {
        return "image = \"" + name + "\"\n";
    }

    private static String container(RunningNode node, String job) throws Exception {
        return "t-" + at(node.allocation(job), "ID");
    }

    private static void assertThatTheyFail(RunningNode node, Map<String, String> reasons) {
        for (var each : reasons.entrySet()) {
            node.awaitFailure(each.getKey(), each.getValue());
        }
    }

    @Test
    void what_ends_with_the_engine_says_so_and_starts_again(@TempDir Path directory) throws Exception {
        var config = "plugin \"docker\" {\n  config {\n    endpoint = \"" + engine.endpoint() + "\"\n  }\n}\n";
        try (var node = RunningNode.start(directory, config)) {
            node.run(job("lasting", "service", "exec sleep 1000", "", "")
                    .replaceFirst("attempts = 0", "attempts = 1\n delay = \"1s\""));
            node.awaitStatus("lasting", "running");
            engine.restart();
            node.await("the end of the container and its next start", () -> {
                assertThat(node.events("lasting", "t"))
                        .contains(
                                "Exit Code: 137, Signal: 9, Exit Message: \"the Docker engine ended or was started again")
                        .contains("Restarting");
                return engine.about(container(node, "lasting")).contains("\"Running\":true");
            });
            node.awaitStatus("lasting", "running");
        }
    }

    @Test
    void containers_have_what_the_plug_in_gives_them_and_no_more(@TempDir Path directory) throws Exception {
        try (var images = new ImagesOfTests(Optional.empty());
                var quiet = QuietPort.keepingWaiting();
                var node = RunningNode.start(directory, CAREFUL.formatted(engine.endpoint()))) {
            var pulled = images.offer("team/app", archive);
            var reasons = new TreeMap<String, String>();
            for (String[] each : new String[][] {
                {"capability", "cap_add = [\"sys_time\"]", "sys_time"},
                {"device", "devices = [\n{\nhost_path = \"/dev/zero\"\n}\n]", "allow_devices"},
                {"runtime", "runtime = \"nvidia\"", "allow_runtimes"},
                {"runtime-of-nobody", "runtime = \"special\"", " special"},
                {"processes", "pids_limit = 78", "at most 77"},
                {"privileges", "privileged = true", "allow_privileged"},
                {"directory", "volumes = [\"/etc:/x\"]", "volumes"},
                {"helper", image(quiet.address() + "/a:1"), "docker-credential-of-nobody"},
                {"stalling", image(quiet.address() + "/b:1") + "auth_soft_fail = true", "pull_activity_timeout"}
            }) {
                node.run(job(each[0], "batch", "true", each[1], ""));
                reasons.put(each[0], each[2]);
            }
            node.run(job("graphics", "batch", "true", "", "device \"nvidia/gpu\" {}"));
            reasons.put("graphics", " special");
            node.run(job("fetched", "batch", "cat /etc/of", image(pulled) + "auth_soft_fail = true", ""));
            node.run(job("given", "service", "exec sleep 1000", """
                    pid_mode    = "host"
                    ipc_mode    = "host"
                    uts_mode    = "host"
                    userns_mode = "host"
                    cap_add     = ["net_raw"]
                    devices     = [
                      {
                        host_path      = "/dev/null"
                        container_path = "/dev/nothing"
                      }
                    ]
                    """, ""));
            node.awaitStatus("given", "running");
            assertThat(engine.about(container(node, "given")))
                    .contains("\"PidMode\":\"host\"", "\"IpcMode\":\"host\"", "\"UTSMode\":\"host\"")
                    .contains("\"UsernsMode\":\"host\"", "NET_RAW\"", "\"PathInContainer\":\"/dev/nothing\"")
                    .contains("\"OomScoreAdj\":200", "\"PidsLimit\":77")
                    .contains("nomad.job_name\":\"given\"", "nomad.task_name\":\"t\"", "nomad.task_group_name\":\"g\"")
                    .doesNotContain("nomad.namespace", "nomad.job_id");
            node.awaitStatus("fetched", "complete");
            node.await("its output", () -> node.output("fetched", "t").equals("the registry"));
            node.await(
                    "the container to go",
                    () -> engine.about(container(node, "fetched")).isEmpty());
            node.await("the image to go", () -> engine.about(pulled).isEmpty());
            assertThatTheyFail(node, reasons);
        }
    }

    @Test
    void containers_and_images_are_kept_and_may_have_the_machine_where_the_plug_in_says_so(@TempDir Path directory)
            throws Exception {
        var mine = Files.createDirectory(directory.resolve("mine"));
        Files.writeString(mine.resolve("file"), "of the machine");
        try (var images = new ImagesOfTests(Optional.of("me:secret"));
                var quiet = QuietPort.keepingWaiting()) {
            credentials(directory, images);
            try (var node = RunningNode.start(directory, GENEROUS.formatted(engine.endpoint(), directory))) {
                var pulled = images.offer("team/closed", archive);
                node.run(job("slow", "batch", "true", image(quiet.address() + "/c:1"), ""));
                node.run(job("fetched", "batch", "cat /etc/of", image(pulled), ""));
                node.run(job(
                        "free",
                        "batch",
                        "cat /mine/file",
                        "security_opt = [\"seccomp=unconfined\"]\nvolumes = [\"" + mine + ":/mine\"]",
                        ""));
                for (String job : new String[] {"free", "fetched"}) {
                    node.awaitStatus(job, "complete");
                }
                var free = container(node, "free");
                assertThat(engine.about(free))
                        .contains("\"SecurityOpt\":[\"seccomp=unconfined\"", mine + ":/mine:z", "/local:z")
                        .contains("\"LogConfig\":{\"Type\":\"local\",\"Config\":{\"max-size\":\"7m\"}}");
                assertThat(engine.output(free)).isEqualTo("of the machine");
                assertThat(engine.output(container(node, "fetched"))).isEqualTo("the registry");
                assertThat(node.output("free", "t")).as("nobody collects it").isEmpty();
                node.awaitFailure("slow", "took longer than 10s");
                assertThat(engine.about(pulled)).as("its delay is long over").isNotEmpty();
            }
        }
    }

    private static void credentials(Path directory, ImagesOfTests images) throws IOException {
        var secret = Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                directory.resolve("credentials.json"),
                "{\"auths\":{\"" + images.address() + "\":{\"auth\":\"" + secret + "\"}}}");
    }
}
