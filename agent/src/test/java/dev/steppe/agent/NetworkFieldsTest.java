package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.io.linux.LinuxCalls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a job says about its networks and the mesh has its effect on a running node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NetworkFieldsTest {
    private static final int STATIC = 23_457;

    private final HttpClient http = HttpClient.newHttpClient();
    private static final String ANSWERS = """
            network {
              mode = "bridge"
              port "exposed" {
                to = 9100
              }
              port "mesh" {}
            }
            service {
              name = "answers"
              port = "7000"
              connect {
                sidecar_service {
                  port = "mesh"
                  tags = ["proxy"]
                  meta {
                    of = "answers"
                  }
                  proxy {
                    local_service_address = "127.0.0.2"
                    local_service_port    = 7001
                    expose {
                      path {
                        path            = "/public"
                        protocol        = "http"
                        local_path_port = 7002
                        listener_port   = "exposed"
                      }
                    }
                  }
                }
                sidecar_task {
                  resources {
                    cpu    = 50
                    memory = 64
                  }
                }
              }
            }
            """;

    private static final String CALLS = """
            network {
              mode = "bridge"
              port "mesh" {}
            }
            service {
              name = "calls"
              port = "7000"
              connect {
                sidecar_service {
                  port = "mesh"
                  proxy {
                    upstreams {
                      destination_name      = "answers"
                      destination_type      = "service"
                      destination_namespace = "default"
                      destination_partition = "default"
                      local_bind_address    = "127.0.0.3"
                      local_bind_port       = 9090
                    }
                  }
                }
              }
            }
            """;

    private static final String PLUGIN = """
            #!/bin/sh
            case $CNI_COMMAND in
              VERSION) echo '{"cniVersion": "1.0.0", "supportedVersions": ["1.0.0"]}' ;;
              ADD)
                echo "$CNI_ARGS" >%s
                echo '{"cniVersion": "1.0.0", "interfaces": [{"name": "eth0", "sandbox": "'$CNI_NETNS'"}],
                  "ips": [{"address": "10.9.9.2/24", "interface": 0}]}'
                ;;
            esac
            """;

    private Path plugins;
    private Path told;
    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "needs root on Linux for networks");
        assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "busybox serves the pages");
        plugins = Files.createDirectory(directory.resolve("plugins"));
        told = directory.resolve("told");
        var plugin = Files.writeString(plugins.resolve("tells"), PLUGIN.formatted(told));
        Files.setPosixFilePermissions(plugin, PosixFilePermissions.fromString("rwxr-xr-x"));
        offer("told");
        long unique = ProcessHandle.current().pid();
        node = RunningNode.start(
                directory,
                """
                client {
                  cni_path       = "%1$s"
                  cni_config_dir = "%1$s"
                  host_network "inner" {
                    cidr           = "127.0.0.0/8"
                    reserved_ports = "23458"
                  }
                }
                """.formatted(plugins),
                "-bridge=fields" + unique % 1_000_000,
                "-bridge-subnet=10.202." + unique % 250 + ".0/24");
    }

    private void offer(String network) throws IOException {
        Files.writeString(
                plugins.resolve(network + ".conflist"),
                "{\"cniVersion\": \"1.0.0\", \"name\": \"" + network + "\", \"plugins\": [{\"type\": \"tells\"}]}");
    }

    @AfterAll
    void stop() throws Exception {
        http.shutdownNow();
        if (node != null) {
            node.close();
        }
    }

    private static String task(String script) {
        return """
                task "t" {
                  driver = "exec"
                  config {
                    command = "/bin/sh"
                    args    = ["-c", <<SCRIPT
                %s
                SCRIPT
                    ]
                  }
                  resources {
                    cpu    = 20
                    memory = 32
                  }
                }
                """.formatted(script);
    }

    private static String job(String name, String group) {
        return "job \"" + name + "\" {\n  group \"g\" {\n" + group + "  }\n}\n";
    }

    /** Serves one page. */
    private static String serving(String address, String page) {
        return "mkdir -p local/www; echo %s >local/www/index.html; cp local/www/index.html local/www/public; "
                        .formatted(page)
                + "exec busybox httpd -f -p " + address + " -h local/www";
    }

    private String fetched(int port, String path) throws IOException, InterruptedException {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    /** The number on the machine of a port of the newest allocation. */
    private Object port(String job, String label) throws Exception {
        for (Object port : list(at(node.allocation(job), "AllocatedResources", "Shared", "Ports"))) {
            if (label.equals(at(port, "Label"))) {
                return port;
            }
        }
        throw new IOException("no port " + label);
    }

    private String status(String job) {
        try {
            return node.say("alloc", "status", String.valueOf(at(node.allocation(job), "ID")))
                    + Files.readString(node.place(job).resolve("alloc/logs/t.stderr.0"));
        } catch (Exception gone) {
            return gone.toString();
        }
    }

    private static int number(Object value) {
        return ((Number) value).intValue();
    }

    @Test
    void a_network_of_its_own_publishes_ports_and_asks_the_name_servers_it_says() throws Exception {
        node.run(job(
                "inside",
                """
                network {
                  mode = "bridge"
                  port "web" {
                    to           = 8080
                    host_network = "inner"
                  }
                  port "fixed" {
                    static = %d
                    to     = 8080
                  }
                  dns {
                    servers  = ["192.0.2.53"]
                    searches = ["corp.example"]
                    options  = ["ndots:3"]
                  }
                }
                """.formatted(STATIC) + task("cat /etc/resolv.conf; ls /sys/class/net; " + serving("8080", "hello"))));
        node.awaitStatus("inside", "running");
        var web = port("inside", "web");
        assertThat(at(web, "HostIP")).isEqualTo("127.0.0.1");
        assertThat(at(web, "To")).hasToString("8080");
        node.await("the page", () -> fetched(number(at(web, "Value")), "/").equals("200 hello\n"));
        assertThat(fetched(STATIC, "/")).isEqualTo("200 hello\n");
        node.await("what it sees", () -> {
            assertThat(node.output("inside", "t"))
                    .contains("nameserver 192.0.2.53", "search corp.example", "options ndots:3", "eth0");
            return true;
        });
    }

    @Test
    void a_plugin_is_told_the_words_of_the_job() throws Exception {
        node.run(job("plugged", """
                network {
                  mode = "cni/told"
                  cni {
                    args = {
                      colour = "green"
                    }
                  }
                }
                """ + task("exec sleep 1000")));
        node.awaitStatus("plugged", "running");
        assertThat(Files.readString(told)).contains("colour=green");
        assertThat(at(node.allocation("plugged"), "NetworkStatus", "Address")).isEqualTo("10.9.9.2");
    }

    @Test
    void a_network_of_plugins_that_came_later_is_found_by_a_reload() throws Exception {
        var wanting = job("later", "network {\nmode = \"cni/later\"\n}\n" + task("exec sleep 1000"));
        assertThat(node.plan(wanting)).contains("cni/later");
        offer("later");
        assertThat(node.reload())
                .singleElement()
                .asString()
                .matches("networks of this node: .*cni/later.*; before: .*cni/told.*");
        node.run(wanting);
        node.awaitStatus("later", "running");
    }

    @Test
    void a_static_port_is_held_by_one_unless_a_collision_is_wanted() throws Exception {
        var holding = """
                network {
                  mode = "host"
                  port "web" {
                    static           = 23459
                    ignore_collision = %s
                  }
                }
                """;
        node.run(job("first", holding.formatted("false") + task("exec sleep 1000")));
        node.awaitStatus("first", "running");
        assertThat(node.plan(job("second", holding.formatted("false") + task("exec sleep 1000"))))
                .contains("23459");
        node.run(job("third", holding.formatted("true") + task("exec sleep 1000")));
        node.awaitStatus("third", "running");
        assertThat(at(port("third", "web"), "Value")).hasToString("23459");
    }

    @Test
    void with_the_network_of_the_machine_a_task_has_all_of_it() throws Exception {
        node.run(job(
                "shared",
                "network {\nmode = \"host\"\n}\n"
                        + task("ls /sys/class/net >$NOMAD_ALLOC_DIR/data/links; exec sleep 1000")));
        node.awaitStatus("shared", "running");
        node.await("its links", () -> !links("shared").isEmpty());
        assertThat(links("shared").lines().count()).isGreaterThan(1);
    }

    private String links(String job) throws Exception {
        var file = node.place(job).resolve("alloc/data/links");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    @Test
    void a_proxy_stands_where_the_job_says_and_leads_where_it_says() throws Exception {
        node.run(job(
                "answers",
                ANSWERS
                        + task(serving("127.0.0.2:7002", "shown") + " & "
                                + serving("127.0.0.2:7001", "answered").replace("local/www", "local/own"))));
        node.run(job("calls", CALLS + task("while :; do curl -s -m 5 http://127.0.0.3:9090/; sleep 0.3; done")));
        assertThat(node.say("intention", "create", "-allow", "calls", "answers"))
                .endsWith("exit 0");
        node.awaitStatus("answers", "running");
        node.awaitStatus("calls", "running");
        node.await("an answer through the mesh", () -> {
            assertThat(node.output("calls", "t"))
                    .as(() -> status("answers") + status("calls"))
                    .contains("answered\n");
            return true;
        });
        int exposed = number(at(port("answers", "exposed"), "Value"));
        node.await("the exposed path", () -> fetched(exposed, "/public").equals("200 shown\n"));
        assertThat(fetched(exposed, "/index.html")).startsWith("404");

        var proxy =
                list(node.catalog("/v1/catalog/service/answers-sidecar-proxy")).getFirst();
        assertThat(at(proxy, "ServiceTags")).hasToString("[proxy]");
        assertThat(at(proxy, "ServiceMeta", "of")).isEqualTo("answers");
        assertThat(at(proxy, "ServicePort"))
                .as("where the call came in")
                .isEqualTo(at(port("answers", "mesh"), "Value"));
        assertThat(list(at(node.allocation("answers"), "AllocatedResources", "Shared", "Ports")))
                .as("its own and no other")
                .hasSize(2);
        var caller =
                list(node.catalog("/v1/catalog/service/calls-sidecar-proxy")).getFirst();
        assertThat(at(caller, "ServicePort")).isEqualTo(at(port("calls", "mesh"), "Value"));
    }
}
