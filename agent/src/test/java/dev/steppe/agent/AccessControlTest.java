package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.steppe.agent.link.Joining;
import dev.steppe.io.linux.LinuxCalls;
import dev.steppe.model.codec.Codec;
import dev.steppe.server.formation.Standing;
import dev.steppe.wire.network.AgentCalls;
import dev.steppe.wire.network.AgentNames;
import dev.steppe.wire.network.AgentRole;
import dev.steppe.wire.network.AgentTls;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where access control is on, an agent does nothing for whoever shows no token, whichever agent and dialect is asked. */
class AccessControlTest {
    private static final String NOBODY = "";
    private static final String NO_SUCH_NAME = "3";
    private static final String REFUSED = "5";

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Assembly> running = new ArrayList<>();

    @AfterEach
    void stop() {
        running.reversed().forEach(Assembly::close);
        http.shutdownNow();
    }

    private HttpResponse<String> ask(InetSocketAddress address, String token, String method, String path, String body)
            throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                .timeout(Duration.ofSeconds(120))
                .method(method, BodyPublishers.ofString(body));
        if (!token.isEmpty()) {
            request.header(token.substring(0, token.indexOf(' ')), token.substring(token.indexOf(' ') + 1));
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private int status(InetSocketAddress address, String token, String path) throws Exception {
        return ask(address, token, "GET", path, "").statusCode();
    }

    private static Map<?, ?> json(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return (Map<?, ?>) Codec.fromJson(Object.class, answer.body());
    }

    private Assembly start(AgentOptions options) throws Exception {
        var agent = Assembly.start(options);
        running.add(agent);
        return agent;
    }

    /** The secret of a token that is made where nobody else is asked first. */
    private String bootstrapped(InetSocketAddress address) throws Exception {
        await("a server that leads", () -> status(address, NOBODY, "/v1/status/leader") == 200);
        var secrets = new ArrayList<String>();
        await("the first token", () -> {
            var made = ask(address, NOBODY, "PUT", "/v1/acl/bootstrap", "");
            return made.statusCode() == 200
                    && secrets.add(String.valueOf(json(made).get("SecretID")));
        });
        return secrets.getFirst();
    }

    @Test
    void nothing_is_allowed_without_a_token_and_everything_with_one_also_at_an_agent_without_a_server()
            throws Exception {
        var one = start(Agents.options(
                directory.resolve("one"),
                "server { enabled = true }\nclient { enabled = true %s }\nacl { enabled = true }"));
        var nomad = one.nomadAddress();
        var consul = one.consulAddress();
        for (String path : List.of("/v1/jobs", "/v1/nodes", "/v1/client/stats", "/v1/agent/self", "/v1/vars")) {
            var answer = ask(nomad, NOBODY, "GET", path, "");
            assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(403);
            assertThat(answer.body()).startsWith("Permission denied");
        }
        for (String path : List.of("/v1/kv/a", "/v1/catalog/services", "/v1/agent/self", "/v1/connect/intentions")) {
            assertThat(status(consul, NOBODY, path)).as(path).isEqualTo(403);
        }
        assertThat(ask(consul, NOBODY, "GET", "/v1/kv/a", "").body()).contains("key:read \"a\" needs a token");
        var secret = bootstrapped(nomad);
        for (String shown : List.of("X-Nomad-Token ", "X-Consul-Token ", "Authorization Bearer ")) {
            assertThat(status(nomad, shown + secret, "/v1/jobs")).isEqualTo(200);
            assertThat(status(consul, shown + secret, "/v1/catalog/services")).isEqualTo(200);
        }
        var holder = "X-Nomad-Token " + secret;
        assertThat(ask(nomad, holder + "x", "GET", "/v1/jobs", "").body()).isEqualTo("ACL token not found");
        assertThat(ask(consul, "X-Consul-Token x", "GET", "/v1/catalog/services", "")
                        .body())
                .isEqualTo("ACL not found");
        othersGetTokensFromHoldersOnly(one, holder);
        anAgentWithoutAServerAsksForThem(one, holder);
        aServerThatKnowsNoTokensIsNotTakenIn(one, holder);
        theStateHasNoSecret(secret);
    }

    private void othersGetTokensFromHoldersOnly(Assembly one, String holder) throws Exception {
        var nomad = one.nomadAddress();
        var again = ask(nomad, NOBODY, "PUT", "/v1/acl/bootstrap", "");
        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(again.body()).contains("ACL bootstrap already done (reset index: ");
        assertThat(ask(one.consulAddress(), NOBODY, "PUT", "/v1/acl/bootstrap", "")
                        .body())
                .contains("ACL bootstrap no longer allowed");
        var secret = "0d2f7f5a-3c84-4b0e-9a65-1f1c5d7ad0e1";
        var chosen = json(ask(nomad, holder, "PUT", "/v1/acl/bootstrap", "{\"BootstrapSecret\":\"" + secret + "\"}"));
        assertThat(chosen.get("SecretID")).isEqualTo(secret);
        assertThat(status(nomad, "X-Nomad-Token " + secret, "/v1/jobs")).isEqualTo(200);
        assertThat(json(ask(nomad, "X-Nomad-Token " + secret, "GET", "/v1/acl/token/self", ""))
                        .get("AccessorID"))
                .isEqualTo(chosen.get("AccessorID"));
        assertThat(ask(nomad, holder, "GET", "/v1/acl/tokens", "").body())
                .contains(String.valueOf(chosen.get("AccessorID")))
                .doesNotContain(secret);
        assertThat(ask(nomad, holder, "DELETE", "/v1/acl/token/" + chosen.get("AccessorID"), "")
                        .statusCode())
                .isEqualTo(200);
        assertThat(status(nomad, "X-Nomad-Token " + secret, "/v1/jobs")).isEqualTo(403);
    }

    private void anAgentWithoutAServerAsksForThem(Assembly one, String holder) throws Exception {
        var made = json(ask(one.nomadAddress(), holder, "PUT", "/v1/agent/join-token", "{}"));
        var two = start(Agents.options(directory.resolve("two"), "client { enabled = true %s }\nacl { enabled = true }")
                .joining(Joining.parse(made.get("Address") + "#" + made.get("Token"))
                                .server() + "#" + made.get("Token")));
        for (String path : List.of("/v1/jobs", "/v1/client/stats")) {
            await(path + " is answered", () -> status(two.nomadAddress(), holder, path) == 200);
            assertThat(status(two.nomadAddress(), NOBODY, path)).as(path).isEqualTo(403);
            assertThat(status(two.nomadAddress(), holder + "x", path)).as(path).isEqualTo(403);
        }
        assertThat(ask(two.nomadAddress(), NOBODY, "PUT", "/v1/acl/bootstrap", "")
                        .body())
                .contains("the first token is made on the machine of a server");
    }

    /** Tokens are in the log, and a server of an older version would leave them out. */
    private void aServerThatKnowsNoTokensIsNotTakenIn(Assembly one, String holder) throws Exception {
        var made = json(ask(one.nomadAddress(), holder, "PUT", "/v1/agent/join-token", "{\"Server\":true}"));
        var token = Joining.parse(made.get("Address") + "#" + made.get("Token"));
        var names = new AgentNames("global", "dc1", true);
        var joined = token.join(names, AgentRole.SERVER, "", new SecureRandom());
        try (var calls = AgentCalls.of(new AgentTls(names, joined.identity().credentials()))) {
            var older = Codec.toJsonBytes(new Standing("older-1", "older", "127.0.0.1:1", 0, false), false);
            var answer = calls.ask(
                    token.server(), AgentCalls.Call.put("/agent/v1/group/member", older), Duration.ofSeconds(60));
            assertThat(answer.text())
                    .contains("server older understands format 1 of the log, and the servers have agreed on 2");
        }
    }

    private void theStateHasNoSecret(String secret) throws Exception {
        assertThat(FilesBelow.holding(directory, secret)).isEmpty();
    }

    @Test
    void the_words_of_consul_guard_both_apis_too() throws Exception {
        var nomad = Files.writeString(
                directory.resolve("nomad.hcl"),
                "data_dir = \"" + directory.resolve("data") + "\"\nports { http = 0 rpc = 0 consul = 0 dns = 0 }\n"
                        + "server { enabled = true }\n");
        var consul = Files.writeString(
                directory.resolve("consul.hcl"),
                "server = true\nacl {\n  enabled = true\n  default_policy = \"deny\"\n}\n");
        var options = AgentArguments.parse(List.of("-config=" + nomad, "-config=" + consul), Map.of(), false)
                .options()
                .orElseThrow();
        var agent = start(options);
        assertThat(agent.announcement()).contains("callers need a token");
        assertThat(status(agent.nomadAddress(), NOBODY, "/v1/jobs")).isEqualTo(403);
        assertThat(status(agent.consulAddress(), NOBODY, "/v1/kv/a")).isEqualTo(403);
        var secret = bootstrapped(agent.consulAddress());
        assertThat(status(agent.nomadAddress(), "X-Nomad-Token " + secret, "/v1/jobs"))
                .isEqualTo(200);
        assertThat(status(agent.consulAddress(), "X-Consul-Token " + secret, "/v1/catalog/services"))
                .isEqualTo(200);
    }

    /** An allocation with a network of its own is another machine, but for the resolver that it is given. */
    @Test
    void names_are_told_to_the_machine_and_its_allocations_and_to_others_where_the_agent_has_a_token_for_that()
            throws Exception {
        assumeTrue(LinuxCalls.isLinux() && LinuxCalls.isRoot(), "networks of allocations need root on Linux");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var secret = "5b0f5c3e-8a51-4f0e-8f44-3f2b6f8d1c77";
        long unique = ProcessHandle.current().pid();
        var nomad = Files.writeString(
                directory.resolve("nomad.hcl"), """
                data_dir = "%s/data"
                ports { http = 0 rpc = 0 consul = 0 dns = 0 }
                server { enabled = true }
                client {
                  enabled               = true
                  bridge_network_name   = "names%d"
                  bridge_network_subnet = "10.201.%d.0/24"
                }
                plugin "raw_exec" { config { enabled = true } }
                """.formatted(directory, unique % 1_000_000, unique % 250));
        var consul = Files.writeString(directory.resolve("consul.hcl"), """
                addresses { dns = "0.0.0.0" }
                acl {
                  enabled = true
                  tokens { dns = "%s" }
                }
                """.formatted(secret));
        var agent = start(AgentArguments.parse(List.of("-config=" + nomad, "-config=" + consul), Map.of(), false)
                .options()
                .orElseThrow());
        var holder = "X-Nomad-Token " + bootstrapped(agent.nomadAddress());
        try (var node = RunningNode.of(directory, agent)) {
            var wide = String.valueOf(node.names().getPort());
            var asking = ask(agent.nomadAddress(), holder, "PUT", "/v1/jobs", asking("10.201." + unique % 250, wide));
            assertThat(asking.statusCode()).as(asking.body()).isEqualTo(200);
            await("the resolver of allocations answers", () -> codes("53").contains(NO_SUCH_NAME));
            await("others are refused", () -> codes(wide).contains(REFUSED));
            assertThat(codes(wide)).containsOnly(REFUSED);
            assertThat(AgentKeysTest.query(node, "nobody.service.consul")[3] & 15)
                    .isEqualTo(Integer.parseInt(NO_SUCH_NAME));
            json(ask(
                    agent.nomadAddress(),
                    holder,
                    "PUT",
                    "/v1/acl/bootstrap",
                    "{\"BootstrapSecret\":\"" + secret + "\"}"));
            await("others are answered", () -> codes(wide).contains(NO_SUCH_NAME));
        }
    }

    /** A job that asks for a name at two ports of a machine again and again, and writes the codes of the answers. */
    private static String asking(String network, String port) throws Exception {
        var script = """
                while true; do
                  for port in 53 %2$s; do
                    exec 3<>/dev/udp/%1$s.1/$port
                    printf '\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\6nobody\\7service\\6consul\\0\\0\\1\\0\\1' >&3
                    echo "$port $(timeout 5 dd bs=512 count=1 <&3 2>/dev/null | od -An -tx1 -j3 -N1)"
                    exec 3>&-
                  done
                  sleep 0.1
                done
                """.formatted(network, port);
        var task = Map.of(
                "Name",
                "t",
                "Driver",
                "raw_exec",
                "Config",
                Map.of("command", "/bin/bash", "args", List.of("-c", script)),
                "Resources",
                Map.of("CPU", 20, "MemoryMB", 20));
        var group = Map.of("Name", "g", "Networks", List.of(Map.of("Mode", "bridge")), "Tasks", List.of(task));
        return Codec.toJson(Map.of(
                "Job", Map.of("ID", "asking", "Name", "asking", "Type", "service", "TaskGroups", List.of(group))));
    }

    /** The codes that answers at that port had so far. */
    private List<String> codes(String port) throws Exception {
        try (var files = Files.walk(directory.resolve("data/alloc"))) {
            var written = files.filter(file -> file.endsWith("t.stdout.0")).findFirst();
            return written.isEmpty()
                    ? List.of()
                    : Files.readAllLines(written.get()).stream()
                            .filter(line -> line.matches(port + " +[0-9a-f]{2}"))
                            .map(line -> line.substring(line.length() - 1))
                            .toList();
        }
    }
}
