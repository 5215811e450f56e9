package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves that two regions of several servers each answer for each other at every server, and say which one is away. */
class RegionClustersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final String JOB = """
            {"Job":{"ID":"far","Name":"far","Type":"service","Region":"eu","Datacenters":["dc2"],
             "TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh","args":["-c","echo begun; exec sleep 1000"]},
             "Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """;

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Assembly> here = new ArrayList<>();
    private final List<Assembly> there = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (var agent : here) {
            agent.close();
        }
        if (!there.isEmpty()) {
            there.subList(1, there.size()).forEach(Assembly::close);
            there.getFirst().stopAndRemove();
        }
        http.shutdownNow();
    }

    private void region(List<Assembly> region, String words, String name) throws Exception {
        for (int i = 1; i <= 2; i++) {
            var options = Agents.options(
                    directory.resolve(name + i),
                    words + "server { enabled = true }\n"
                            + (name.equals("there") && i == 1 ? "client { enabled = true %s }" : ""));
            var agent = Assembly.start(i == 1 ? options : options.joining(token(region.getFirst(), "-server")));
            region.add(agent);
        }
        for (var agent : region) {
            await("two members", () -> agent.server().operator().members().all().size() == 2);
            await("both told of themselves", () -> {
                int told = 0;
                for (var member : agent.server().snapshot().servers()) {
                    told += member.name().startsWith(name) ? 1 : 0;
                }
                return told == 2;
            });
        }
    }

    private String token(Assembly agent, String kind) throws Exception {
        var made = new ArrayList<String>();
        await("a token", () -> {
            var said = command(agent, "agent", "join-token", kind);
            return said.contains("#") && made.add(said.strip());
        });
        return made.getFirst();
    }

    private static String command(Assembly agent, String... words) {
        var out = new ByteArrayOutputStream();
        var stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        Main.run(
                List.of(words),
                stream,
                stream,
                Map.of("NOMAD_ADDR", uri("http", agent, "").toString()));
        return out.toString(StandardCharsets.UTF_8);
    }

    private static URI uri(String scheme, Assembly agent, String path) {
        return URI.create(scheme + "://127.0.0.1:" + agent.nomadAddress().getPort() + path);
    }

    private HttpResponse<String> send(Assembly agent, String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri("http", agent, path))
                        .timeout(PATIENCE)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private String get(Assembly agent, String path) throws Exception {
        return send(agent, "GET", path, "").body();
    }

    @Test
    void every_server_of_a_region_answers_for_the_other_and_names_it_when_it_is_away() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        region(here, "", "here");
        region(there, "region = \"eu\"\ndatacenter = \"dc2\"\n", "there");
        assertThat(command(here.getFirst(), "server", "join", token(there.getFirst(), "-federate")))
                .contains("of region eu");
        for (var agent : List.of(here.get(0), here.get(1), there.get(0), there.get(1))) {
            await("both regions", () -> get(agent, "/v1/regions").equals("[\"eu\",\"global\"]"));
        }
        await(
                "the other region takes a job",
                () -> send(here.getLast(), "PUT", "/v1/jobs", JOB).statusCode() == 200);
        await(
                "its task runs",
                () -> get(here.getLast(), "/v1/job/far/allocations?region=eu")
                        .contains("\"ClientStatus\":\"running\""));
        var allocation = get(here.getFirst(), "/v1/job/far/allocations?region=eu")
                .replaceAll("(?s).*?\"ID\":\"([^\"]+)\".*", "$1");
        for (var agent : here) {
            theTaskIsReached(agent, allocation);
            changesAreWaitedFor(agent, allocation);
        }
        theOtherIsAway();
    }

    private void theTaskIsReached(Assembly agent, String allocation) throws Exception {
        var client = "/v1/client/";
        await(
                "the log",
                () -> get(agent, client + "fs/logs/" + allocation + "?region=eu&task=t&type=stdout&plain=true")
                        .equals("begun\n"));
        assertThat(get(agent, client + "fs/ls/" + allocation + "?region=eu&path=/"))
                .contains("\"Name\":\"alloc\"");
        assertThat(get(agent, client + "allocation/" + allocation + "/stats?region=eu"))
                .contains("\"ResourceUsage\"");
        var frames = new Frames();
        var exec = client + "allocation/" + allocation + "/exec?region=eu&task=t&command="
                + URLEncoder.encode("[\"/bin/sh\",\"-c\",\"read x; echo got $x; exit 7\"]", StandardCharsets.UTF_8);
        var socket = http.newWebSocketBuilder()
                .buildAsync(uri("ws", agent, exec), frames)
                .get(120, TimeUnit.SECONDS);
        socket.sendText("{\"stdin\":{\"data\":\"YWJjCg==\"}}", true).get(120, TimeUnit.SECONDS);
        assertThat(frames.closed.get(120, TimeUnit.SECONDS)).isEqualTo(1000);
        assertThat(frames.all.toString()).contains("Z290IGFiYwo=").contains("\"exit_code\":7");
    }

    /** A read that waits there is answered here, when the change comes and not before. */
    private void changesAreWaitedFor(Assembly agent, String name) throws Exception {
        var path = "/v1/var/" + name + "-" + agent.nomadAddress().getPort();
        var read = send(agent, "GET", "/v1/vars?region=eu", "");
        var index = read.headers().firstValue("X-Nomad-Index").orElseThrow();
        var waiting = http.sendAsync(
                HttpRequest.newBuilder(uri("http", agent, "/v1/vars?region=eu&wait=60s&index=" + index))
                        .timeout(PATIENCE)
                        .build(),
                BodyHandlers.ofString());
        var item = "{\"Path\":\"" + path.substring("/v1/var/".length()) + "\",\"Items\":{\"a\":\"b\"}}";
        await(
                "a variable is written there",
                () -> send(agent, "PUT", path + "?region=eu", item).statusCode() == 200);
        var changed = waiting.get(120, TimeUnit.SECONDS);
        assertThat(changed.body()).contains(path.substring("/v1/var/".length()));
        assertThat(Long.parseLong(changed.headers().firstValue("X-Nomad-Index").orElseThrow()))
                .isGreaterThan(Long.parseLong(index));
        assertThat(get(agent, "/v1/vars")).as("not of this region").isEqualTo("[]");
    }

    private void theOtherIsAway() throws Exception {
        there.removeLast().close();
        there.removeLast().stopAndRemove();
        for (var agent : here) {
            var refused = send(agent, "GET", "/v1/jobs?region=eu", "");
            assertThat(refused.statusCode()).isEqualTo(500);
            assertThat(refused.body()).contains("no server of region \"eu\" answers: the agent at 127.0.0.1:");
            assertThat(send(agent, "GET", "/v1/jobs", "").statusCode()).isEqualTo(200);
        }
    }
}
