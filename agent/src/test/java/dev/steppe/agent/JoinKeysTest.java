package dev.steppe.agent;

import static dev.steppe.agent.RunningNode.at;
import static dev.steppe.agent.RunningNode.list;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.language.source.Diagnostic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What configurations in both dialects say about other agents has its effect on ones that run. */
class JoinKeysTest {
    private static final String PORTS = """
            ports {
              http   = 0
              rpc    = %d
              serf   = 0
              consul = 0
              dns    = 0
            }
            """;
    private static final String NODE = """
            client {
              enabled             = true
              bridge_network_name = "none"
              %s
            }
            plugin "raw_exec" {
              config {
                enabled = true
              }
            }
            """;
    private static final String SLEEPING = """
            job "%s" {
              group "g" {
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
            """;

    @TempDir
    Path directory;

    private final List<Assembly> running = new ArrayList<>();
    private final Map<Assembly, RunningNode> asked = new IdentityHashMap<>();
    private final List<QuietPort> ports = new ArrayList<>();
    private AuthorityOfTests authority;
    private AuthorityOfTests.Pair ofServer;
    private AuthorityOfTests.Pair ofClient;

    @BeforeEach
    void certificates() throws IOException {
        // tasks are of another user
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        authority = new AuthorityOfTests(directory.resolve("certificates"));
        ofServer = authority.server("server.example");
        ofClient = authority.client("client.example");
    }

    @AfterEach
    void stop() throws Exception {
        for (Assembly agent : running.reversed()) {
            agent.stopAndRemove();
            agent.close();
        }
        for (QuietPort port : ports) {
            port.close();
        }
    }

    private AgentOptions options(String name, String nomad, String consul) throws IOException {
        var words = new ArrayList<String>();
        words.add("-config="
                + Files.writeString(
                        directory.resolve(name + "-nomad.hcl"), """
                        name     = "%s"
                        data_dir = "%s"
                        addresses {
                          rpc = "127.0.0.1"
                        }
                        """.formatted(name, directory.resolve(name)) + nomad));
        if (!consul.isEmpty()) {
            words.add("-config=" + Files.writeString(directory.resolve(name + "-consul.hcl"), consul));
        }
        var parsed = AgentArguments.parse(words, Map.of(), false);
        assertThat(Diagnostic.render(parsed.diagnostics())).isEmpty();
        return parsed.options().orElseThrow(() -> new IOException(parsed.trouble()));
    }

    private Assembly start(String name, String nomad, String consul) throws IOException {
        var agent = Assembly.start(options(name, nomad, consul));
        running.add(agent);
        return agent;
    }

    private RunningNode asked(Assembly agent) {
        return asked.computeIfAbsent(agent, it -> RunningNode.of(directory, it));
    }

    /** Another one each time. */
    private QuietPort port() throws IOException {
        var port = QuietPort.hangingUp();
        ports.add(port);
        return port;
    }

    private static void awaitCalls(RunningNode clock, QuietPort... called) {
        for (QuietPort port : called) {
            clock.await("a call at " + port.address(), () -> port.calls() > 0);
        }
    }

    @Test
    void servers_and_nodes_are_looked_for_where_each_word_says_and_as_often_as_it_says() throws Exception {
        var one = port();
        var two = port();
        var server = start(
                "server",
                PORTS.formatted(0) + authority.between(ofServer) + """
                server {
                  enabled        = true
                  retry_join     = ["%s"]
                  start_join     = ["%s"]
                  retry_max      = 2
                  retry_interval = "500ms"
                }
                """.formatted(one.address(), two.address()),
                "");
        var three = port();
        var four = port();
        var joining = start(
                "joining",
                PORTS.formatted(0) + authority.between(ofServer) + """
                server {
                  enabled = true
                  server_join {
                    retry_join     = ["%s"]
                    start_join     = ["%s"]
                    retry_max      = 3
                    retry_interval = "1s"
                  }
                }
                """.formatted(three.address(), four.address()),
                "");
        var five = port();
        var six = port();
        var seven = port();
        var client = start(
                "client",
                PORTS.formatted(0)
                        + authority.between(ofClient)
                        + NODE.formatted("""
                servers = ["%s"]
                server_join {
                  retry_join     = ["%s"]
                  start_join     = ["%s"]
                  retry_max      = 2
                  retry_interval = "1s"
                }
                """.formatted(five.address(), six.address(), seven.address())),
                "");
        var eight = port();
        var nine = port();
        var other = start("other", PORTS.formatted(0) + authority.between(ofServer), """
                server         = true
                retry_join     = ["%s"]
                start_join     = ["%s"]
                retry_max      = 4
                retry_interval = "250ms"
                """.formatted(
                        eight.address(), nine.address()));

        awaitCalls(asked(server), one, two, three, four, five, six, seven, eight, nine);
        assertThat(reason(server)).contains(one.address(), two.address()).endsWith("for 1 s");
        assertThat(reason(joining)).contains(three.address(), four.address()).endsWith("for 3 s");
        assertThat(reason(client))
                .contains(five.address(), six.address(), seven.address())
                .endsWith("for 2 s");
        assertThat(reason(other)).contains(eight.address(), nine.address()).endsWith("for 1 s");
    }

    private static String reason(Assembly agent) throws Exception {
        return agent.givenUp().get(120, TimeUnit.SECONDS);
    }

    @Test
    void two_servers_begin_together_and_one_that_expects_no_other_begins_alone() throws Exception {
        int first = Agents.PORTS.any();
        int second = Agents.PORTS.any();
        var consul = """
                bootstrap_expect = 2
                encrypt          = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
                retry_join       = ["127.0.0.1:%d"]
                server           = true
                ports {
                  server = %d
                }
                tls {
                  internal_rpc {
                    ca_file = "%s"
                    %s
                  }
                }
                """;
        var nomad = PORTS.replace("rpc    = %d", "");
        var own = "cert_file = \"" + ofServer.certificate() + "\"\nkey_file = \"" + ofServer.key() + "\"";
        var one = start("one", nomad, consul.formatted(second, first, authority.certificate(), own));
        assertThat(one.agentAddress().orElseThrow().getPort()).isEqualTo(first);
        var alone = start("alone", PORTS.formatted(0) + authority.between(ofServer), """
                bootstrap  = true
                start_join = ["%s"]
                server     = true
                """.formatted(port().address()));
        asked(alone).await("a leader of its own", () -> isLed(alone));
        assertThat(isLed(one)).as("one of two").isFalse();
        start("two", nomad, consul.formatted(first, second, authority.certificate(), own));
        asked(one)
                .await(
                        "two servers",
                        () -> list(at(asked(one).get("/v1/operator/raft/configuration"), "Servers"))
                                        .size()
                                == 2);
        asked(one)
                .await(
                        "a key in common",
                        () -> asked(one).say("keyring", "-list").contains("AAA= [2/2]"));
    }

    private static boolean isLed(Assembly agent) {
        return !agent.server().operator().health().servers().isEmpty();
    }

    @Test
    void jobs_are_spread_over_nodes_where_the_scheduler_is_told_to() throws Exception {
        int agents = Agents.PORTS.any();
        var server =
                start("server", PORTS.formatted(agents) + authority.between(ofServer) + NODE.formatted("") + """
                server {
                  enabled = true
                  default_scheduler_config {
                    scheduler_algorithm = "spread"
                  }
                }
                """, "");
        start(
                "client",
                PORTS.formatted(0)
                        + authority.between(ofClient)
                        + NODE.formatted("servers = [\"127.0.0.1:" + agents + "\"]"),
                "");
        var node = asked(server);
        node.await(
                "two nodes",
                () -> list(node.get("/v1/nodes")).stream()
                                .filter(it -> "ready".equals(at(it, "Status")))
                                .count()
                        == 2);
        var places = new ArrayList<Object>();
        for (String job : List.of("one", "two", "three", "four")) {
            node.run(SLEEPING.formatted(job));
            node.awaitStatus(job, "running");
            places.add(at(node.allocation(job), "NodeName"));
        }
        assertThat(places.subList(0, 2)).containsExactlyInAnyOrder("server", "client");
        assertThat(places.subList(2, 4)).containsExactlyInAnyOrder("server", "client");
    }

    @Test
    void regions_are_looked_for_where_the_configuration_says_and_then_known() throws Exception {
        int agents = Agents.PORTS.any();
        start(
                "there",
                "region = \"eu\"\n" + PORTS.formatted(agents) + authority.between(authority.server("there", "eu"))
                        + "server {\nenabled = true\n}\n",
                "");
        var nobody = port();
        var here = start(
                "here",
                PORTS.formatted(0) + authority.between(ofServer) + "server {\nenabled = true\n}\n",
                """
                retry_join_wan = ["127.0.0.1:%d"]
                start_join_wan = ["%s"]
                server         = true
                """.formatted(agents, nobody.address()));
        var node = asked(here);
        awaitCalls(node, nobody);
        node.await("two regions", () -> String.valueOf(node.get("/v1/regions")).equals("[eu, global]"));
    }
}
