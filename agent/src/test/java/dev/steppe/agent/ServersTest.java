package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.codec.Codec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One server grows to three with tokens alone, and what it acknowledged outlives each of them. */
class ServersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Assembly> running = new ArrayList<>();

    @AfterEach
    void stop() {
        running.forEach(Assembly::close);
        http.shutdownNow();
    }

    private HttpResponse<String> ask(Assembly agent, String method, String path, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + agent.nomadAddress().getPort() + path))
                        .timeout(PATIENCE)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private List<?> peers(Assembly agent) throws Exception {
        var answer = ask(agent, "GET", "/v1/operator/raft/configuration?stale=true", "");
        return answer.statusCode() == 200
                ? (List<?>) ((Map<?, ?>) Codec.fromJson(Object.class, answer.body())).get("Servers")
                : List.of();
    }

    private Assembly leader() throws Exception {
        var found = new ArrayList<Assembly>();
        await(
                "a leader",
                () -> running.stream()
                        .filter(agent ->
                                agent.server().operator().health().servers().size() == running.size()
                                        || !agent.server()
                                                .operator()
                                                .health()
                                                .servers()
                                                .isEmpty())
                        .anyMatch(found::add));
        return found.getFirst();
    }

    private Assembly start(String name, String join) throws Exception {
        return start(name, join, "rpc = 0");
    }

    private Assembly start(String name, String join, String ports) throws Exception {
        var options = Agents.options(
                directory.resolve(name), "server { enabled = true }\nclient { enabled = true %s }", ports);
        var agent = Assembly.start(join.isEmpty() ? options : options.joining(join));
        running.add(agent);
        return agent;
    }

    private String token(Assembly agent) throws Exception {
        var made = new ArrayList<String>();
        await("a token", () -> {
            var answer = ask(agent, "PUT", "/v1/agent/join-token", "{\"Server\":true}");
            if (answer.statusCode() != 200) {
                return false;
            }
            var token = (Map<?, ?>) Codec.fromJson(Object.class, answer.body());
            return made.add(token.get("Address") + "#" + token.get("Token"));
        });
        return made.getFirst();
    }

    private void write(String word) throws Exception {
        await(
                word + " is taken",
                () -> ask(
                                        running.getFirst(),
                                        "PUT",
                                        "/v1/var/words/" + word,
                                        "{\"Path\":\"words/" + word + "\",\"Items\":{\"a\":\"" + word + "\"}}")
                                .statusCode()
                        == 200);
    }

    @Test
    void one_server_grows_to_three_and_the_rest_goes_on_without_the_first() throws Exception {
        var first = start("one", "");
        write("alone");
        start("two", token(first));
        await("two servers", () -> peers(first).size() == 2);
        start("three", token(first));
        await("three servers", () -> peers(first).size() == 3);
        for (var agent : running) {
            await("all know all", () -> peers(agent).size() == 3);
        }
        write("three");
        var lost = leader();
        running.remove(lost);
        lost.close();
        write("later");
        for (var agent : running) {
            for (var word : List.of("alone", "three", "later")) {
                await(
                        word + " is opened by every server",
                        () -> ask(agent, "GET", "/v1/var/words/" + word, "")
                                .body()
                                .contains("\"a\":\"" + word + "\""));
            }
        }
        theLostOneLeaves();
        anotherOneIsReplacedByItself();
    }

    private Map<String, String> statuses(Assembly agent) throws Exception {
        var found = new TreeMap<String, String>();
        var reply = (Map<?, ?>) Codec.fromJson(
                Object.class, ask(agent, "GET", "/v1/agent/members", "").body());
        for (Object each : (List<?>) reply.get("Members")) {
            var member = (Map<?, ?>) each;
            found.put(String.valueOf(member.get("Name")), String.valueOf(member.get("Status")));
        }
        return found;
    }

    /** Every server sees by itself who failed; it is out when somebody says so, and forgotten when they insist. */
    private void theLostOneLeaves() throws Exception {
        for (var agent : running) {
            await(
                    "one failed",
                    () -> statuses(agent).values().stream()
                            .sorted()
                            .toList()
                            .equals(List.of("alive", "alive", "failed")));
        }
        var asked = running.getFirst();
        var statuses = statuses(asked);
        for (var member : statuses.entrySet()) {
            if (member.getValue().equals("alive")) {
                var refused = ask(asked, "PUT", "/v1/agent/force-leave?node=" + member.getKey(), "");
                assertThat(refused.statusCode()).isEqualTo(400);
                assertThat(refused.body()).contains("answers, so it has not gone");
            }
        }
        var lost = statuses.entrySet().stream()
                .filter(member -> member.getValue().equals("failed"))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
        var left = ask(asked, "PUT", "/v1/agent/force-leave?node=" + lost, "");
        assertThat(left.statusCode()).as(left.body()).isEqualTo(200);
        for (var agent : running) {
            assertThat(ask(agent, "GET", "/v1/agent/members", "").body().split("\"Name\":\"" + lost, -1))
                    .as("the lost one is listed once")
                    .hasSize(2);
            await("it left", () -> "left".equals(statuses(agent).get(lost)));
            await("two servers in the log", () -> peers(agent).size() == 2);
        }
        assertThat(ask(asked, "PUT", "/v1/agent/force-leave?prune=true&node=" + lost, "")
                        .statusCode())
                .isEqualTo(200);
        for (var agent : running) {
            await("it is forgotten", () -> !statuses(agent).containsKey(lost));
        }
    }

    /** A server that is gone for good goes out of the log once another has come, and nobody has to say so. */
    private void anotherOneIsReplacedByItself() throws Exception {
        var asked = running.getFirst();
        var settings = "{\"CleanupDeadServers\":true,\"LastContactThreshold\":\"100ms\",\"MaxTrailingLogs\":250,"
                + "\"ServerStabilizationTime\":\"1s\"}";
        assertThat(ask(asked, "PUT", "/v1/operator/autopilot/configuration", settings)
                        .statusCode())
                .isEqualTo(200);
        var ports = "rpc = " + Agents.PORTS.any() + "\nserf = " + Agents.PORTS.any();
        var lost = start("four", token(asked), ports);
        await("three servers again", () -> peers(asked).size() == 3);
        running.remove(lost);
        lost.close();
        write("away");
        start("five", token(asked));
        await(
                "the lost one is replaced",
                () -> statuses(asked).entrySet().stream()
                                .filter(member -> member.getValue().equals("alive"))
                                .count()
                        == 3);
        for (var agent : running) {
            await("three servers in the log", () -> peers(agent).size() == 3);
        }
        await("all are well", () -> String.valueOf(health(asked).get("Healthy")).equals("true"));
        assertThat(String.valueOf(health(asked).get("FailureTolerance"))).isEqualTo("1");
        write("replaced");
        start("four", "", ports);
        await("the one that was away is taken in again", () -> peers(asked).size() == 4);
        await("all are well", () -> String.valueOf(health(asked).get("Healthy")).equals("true"));
    }

    private Map<?, ?> health(Assembly agent) throws Exception {
        return (Map<?, ?>) Codec.fromJson(
                Object.class,
                ask(agent, "GET", "/v1/operator/autopilot/health", "").body());
    }
}
