package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.tls.TlsCommand;
import dev.steppe.cli.Main;
import dev.steppe.model.codec.Codec;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that regions come to know each other, and that each answers for all. */
class RegionsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Assembly> running = new ArrayList<>();

    private record Result(int code, String out, String err) {}

    @AfterEach
    void stop() throws Exception {
        for (var agent : running) {
            agent.stopAndRemove();
        }
        http.shutdownNow();
    }

    private Assembly start(String name, String words) throws Exception {
        var agent = Assembly.start(Agents.options(directory.resolve(name), words));
        running.add(agent);
        await(
                "a leader",
                () -> get(agent, "/v1/status/leader").body().length() > 2
                        && agent.server().snapshot().activeRoot().isPresent()
                        && agent.server().snapshot().servers().iterator().hasNext());
        return agent;
    }

    private HttpResponse<String> send(Assembly agent, String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(address(agent) + path))
                        .timeout(PATIENCE)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(Assembly agent, String path) throws Exception {
        return send(agent, "GET", path, "");
    }

    private static String address(Assembly agent) {
        return "http://127.0.0.1:" + agent.nomadAddress().getPort();
    }

    private static Result command(Assembly agent, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Main.run(
                Arrays.asList(words),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of("NOMAD_ADDR", address(agent)));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private void eachAnswersForBoth(Assembly here, Assembly there) throws Exception {
        for (var agent : running) {
            await("both regions", () -> get(agent, "/v1/regions").body().equals("[\"eu\",\"global\"]"));
        }
        var job = """
                {"Job":{"ID":"far","Name":"far","Type":"service","Region":"eu","Datacenters":["dc2"],"TaskGroups":[{"Name":"g",
                "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sleep","args":["60"]}}]}]}}""";
        await("the other region takes a job", () -> {
            var registered = send(here, "PUT", "/v1/jobs?region=eu", job);
            return registered.statusCode() == 200;
        });
        assertThat(get(here, "/v1/jobs").body()).isEqualTo("[]");
        assertThat(get(here, "/v1/jobs?region=eu").body()).contains("\"far\"");
        assertThat(get(there, "/v1/jobs").body()).contains("\"far\"");
        assertThat(command(here, "status", "-region=eu").out()).contains("far");
        var byBody = send(here, "PUT", "/v1/jobs", job.replace("\"far\"", "\"further\""));
        assertThat(byBody.statusCode()).as(byBody.body()).isEqualTo(200);
        assertThat(get(there, "/v1/jobs?region=eu").body())
                .as("as the job says")
                .contains("\"further\"");

        var unknown = get(here, "/v1/jobs?region=mars");
        assertThat(unknown.statusCode()).isEqualTo(500);
        assertThat(unknown.body()).contains("\"mars\" is not known here; known are eu, global");

        var members = command(here, "server", "members", "-detailed");
        assertThat(members.out()).as(members.err()).contains("here.global", "there.eu", "region=eu", "dc=dc2");
        await(
                "all are alive",
                () -> command(there, "server", "members").out().contains("here.global")
                        && !command(there, "server", "members").out().contains("failed"));
    }

    @Test
    void regions_with_authorities_of_their_own_know_each_other_by_a_token() throws Exception {
        var here = start("here", "server { enabled = true }");
        var there = start(
                "there",
                "region = \"eu\"\ndatacenter = \"dc2\"\nserver { enabled = true }\nclient { enabled = true %s }");
        var refused = command(
                here,
                "server",
                "join",
                "127.0.0.1:" + there.agentAddress().orElseThrow().getPort());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("steppe agent join-token -federate");
        var wrong = command(there, "agent", "join-token", "-server").out().strip();
        assertThat(command(here, "server", "join", wrong).err()).contains("the join token is for an agent");

        Files.writeString(
                directory.resolve("token"),
                command(there, "agent", "join-token", "-federate").out());
        var written = Files.readString(directory.resolve("token"));
        var joined = command(
                here, "server", "join", written.substring(0, written.indexOf('#')) + "#@" + directory.resolve("token"));
        assertThat(joined.out()).as(joined.err()).contains("Joined 1 servers successfully, of region eu");
        eachAnswersForBoth(here, there);

        var again = command(here, "server", "join", written.strip());
        assertThat(again.err()).as("a token is used once").contains("used up");
        assertThat(command(here, "server", "force-leave", "eu").err()).contains("-prune");
        assertThat(command(here, "server", "force-leave", "-prune", "eu").code())
                .isZero();
        await("one region", () -> get(here, "/v1/regions").body().equals("[\"global\"]"));
    }

    @Test
    void regions_with_certificates_of_one_authority_need_no_token() throws Exception {
        var files = Files.createDirectory(directory.resolve("certificates"));
        tls(files, "ca", "create");
        for (var region : List.of("global", "eu")) {
            tls(files, "cert", "create", "-server", "-region=" + region);
        }
        var here = start("here", "server { enabled = true }\n" + own(files, "global"));
        var there = start(
                "there",
                "region = \"eu\"\ndatacenter = \"dc2\"\nserver { enabled = true }\nclient { enabled = true %s }\n"
                        + own(files, "eu"));
        var joined = command(
                here,
                "server",
                "join",
                "127.0.0.1:" + there.agentAddress().orElseThrow().getPort());
        assertThat(joined.out()).as(joined.err()).contains("of region eu");
        eachAnswersForBoth(here, there);
        assertThat(Codec.fromJson(
                        Object.class, get(here, "/v1/agent/members?region=eu").body()))
                .isInstanceOfSatisfying(
                        Map.class,
                        reply -> assertThat(reply.get("ServerRegion")).isEqualTo("eu"));
    }

    private static void tls(Path files, String... words) {
        var err = new ByteArrayOutputStream();
        int code = TlsCommand.run(
                List.of(words),
                files,
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of());
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    }

    private static String own(Path files, String region) {
        return """
                bind_addr = "127.0.0.1"
                tls {
                  rpc = true
                  verify_server_hostname = true
                  ca_file   = "%1$s/nomad-agent-ca.pem"
                  cert_file = "%1$s/%2$s-server-nomad.pem"
                  key_file  = "%1$s/%2$s-server-nomad-key.pem"
                }
                """.formatted(files, region);
    }
}
