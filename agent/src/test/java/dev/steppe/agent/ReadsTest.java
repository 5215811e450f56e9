package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves on three servers what a read promises and what it says of itself: on who leads, on who follows, and while nobody leads. */
class ReadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final Map<String, String> CONSISTENCIES =
            Map.of("", "leader", "&consistent", "consistent", "&stale", "stale");

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Assembly> running = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        start("one", "");
        start("two", token());
        start("three", token());
        for (var agent : running) {
            await(
                    "three members",
                    () -> agent.server().operator().members().all().size() == 3);
            await("a leader is known", () -> known(stale(agent)));
        }
    }

    @AfterEach
    void stop() {
        running.forEach(Assembly::close);
        http.shutdownNow();
    }

    private void start(String name, String join) throws Exception {
        var options = Agents.options(directory.resolve(name), "server { enabled = true }");
        running.add(Assembly.start(join.isEmpty() ? options : options.joining(join)));
    }

    private String token() throws Exception {
        var made = new ArrayList<String>();
        await("a token", () -> {
            var answer = send(nomad(running.getFirst(), "/v1/agent/join-token"), "PUT", "{\"Server\":true}");
            return answer.statusCode() == 200
                    && made.add(answer.body().replaceAll("(?s).*\"Address\":\"([^\"]+)\".*", "$1") + "#"
                            + answer.body().replaceAll("(?s).*\"Token\":\"([^\"]+)\".*", "$1"));
        });
        return made.getFirst();
    }

    private static URI nomad(Assembly agent, String path) {
        return URI.create("http://127.0.0.1:" + agent.nomadAddress().getPort() + path);
    }

    private static URI consul(Assembly agent, String path) {
        return URI.create("http://127.0.0.1:" + agent.consulAddress().getPort() + path);
    }

    private HttpResponse<String> send(URI uri, String method, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri)
                        .timeout(PATIENCE)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> get(URI uri) throws Exception {
        return send(uri, "GET", "");
    }

    private HttpResponse<String> stale(Assembly agent) throws Exception {
        return get(nomad(agent, "/v1/vars?stale"));
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("none");
    }

    private static boolean known(HttpResponse<?> answer) {
        return header(answer, "X-Nomad-KnownLeader").equals("true");
    }

    private boolean leads(Assembly agent) {
        return !agent.server().operator().health().servers().isEmpty();
    }

    @Test
    void every_server_reads_what_was_acknowledged_and_says_how_fresh_it_is() throws Exception {
        await("somebody leads", () -> running.stream().anyMatch(this::leads));
        var leader = running.stream().filter(this::leads).findFirst().orElseThrow();
        for (int round = 1; round <= 5; round++) {
            var value = "v" + round;
            assertThat(send(consul(leader, "/v1/kv/key"), "PUT", value).body()).startsWith("true");
            for (var agent : running) {
                for (var consistency : List.of("", "&consistent")) {
                    assertThat(get(consul(agent, "/v1/kv/key?raw" + consistency))
                                    .body())
                            .as("what was acknowledged before is never missed")
                            .isEqualTo(value);
                }
            }
        }
        var entry = get(consul(leader, "/v1/kv/key"));
        var index = entry.body().replaceAll("(?s).*\"ModifyIndex\":(\\d+).*", "$1");
        for (var agent : running) {
            for (var consistency : CONSISTENCIES.entrySet()) {
                var read = consul(agent, "/v1/kv/key?raw" + consistency.getKey());
                await("v5 there", () -> get(read).body().equals("v5"));
                var answer = get(read);
                assertThat(header(answer, "X-Consul-Index")).isEqualTo(index);
                assertThat(header(answer, "X-Consul-KnownLeader")).isEqualTo("true");
                assertThat(header(answer, "X-Consul-Effective-Consistency")).isEqualTo(consistency.getValue());
                isContact(agent, header(answer, "X-Consul-LastContact"));
                var list = get(nomad(agent, "/v1/jobs?x" + consistency.getKey()));
                assertThat(list.statusCode()).isEqualTo(200);
                assertThat(Long.parseLong(header(list, "X-Nomad-Index"))).isPositive();
                assertThat(known(list)).isTrue();
                isContact(agent, header(list, "X-Nomad-LastContact"));
            }
        }
    }

    private void isContact(Assembly agent, String millis) {
        if (leads(agent)) {
            assertThat(millis).isEqualTo("0");
        } else {
            assertThat(Long.parseLong(millis)).isBetween(0L, 20_000L);
        }
    }

    @Test
    void without_a_leader_only_stale_reads_are_answered_and_say_so() throws Exception {
        await("somebody leads", () -> running.stream().anyMatch(this::leads));
        var last = running.stream().filter(agent -> !leads(agent)).findFirst().orElseThrow();
        assertThat(send(consul(last, "/v1/kv/key"), "PUT", "kept").body()).startsWith("true");
        await(
                "it has it",
                () -> get(consul(last, "/v1/kv/key?raw&stale")).body().equals("kept"));
        for (var agent : List.copyOf(running)) {
            if (agent != last) {
                running.remove(agent);
                agent.close();
            }
        }
        await("nobody leads", () -> !known(stale(last)));
        var read = get(consul(last, "/v1/kv/key?raw&stale"));
        assertThat(read.body()).isEqualTo("kept");
        assertThat(header(read, "X-Consul-KnownLeader")).isEqualTo("false");
        assertThat(Long.parseLong(header(read, "X-Consul-LastContact"))).isPositive();
        assertThat(Long.parseLong(header(stale(last), "X-Nomad-LastContact"))).isPositive();
        for (var uri : List.of(
                consul(last, "/v1/kv/key?raw"),
                consul(last, "/v1/kv/key?raw&consistent"),
                nomad(last, "/v1/vars"),
                nomad(last, "/v1/vars?stale=false"))) {
            var refused = get(uri);
            assertThat(refused.statusCode()).as(uri.toString()).isEqualTo(500);
            assertThat(refused.body()).contains("No cluster leader");
        }
    }
}
