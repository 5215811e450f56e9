package dev.steppe.agent;

import static dev.steppe.agent.AgentTest.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves on a whole agent what people see of their jobs before, while and after they change them. */
class ObservedAgentTest {
    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private Assembly agent;

    @BeforeEach
    void start() throws Exception {
        // tasks run as another user and must find their way down
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        agent = Assembly.start(AgentOptions.development(directory).onFreePorts());
        await("a ready node", () -> agent.server().snapshot().nodeCount() == 1);
    }

    @AfterEach
    void stop() throws Exception {
        agent.stopAndRemove();
        agent.close();
        http.close();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + agent.nomadAddress().getPort() + path);
    }

    private String ask(String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(120))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static String job(String type, String tags, String environment) {
        return """
                {"Job":{"ID":"web","Type":"%s","TaskGroups":[{"Name":"g","Count":1,
                 "Update":{"MaxParallel":1,"MinHealthyTime":100000000},
                 "Networks":[{"Mode":"host","DynamicPorts":[{"Label":"http"}]}],
                 "Services":[{"Name":"web","Provider":"nomad","PortLabel":"http","Tags":[%s]}],
                 "Tasks":[{"Name":"t","Driver":"raw_exec","Env":{"A":"%s"},
                  "Config":{"command":"/bin/sleep","args":["1000"]},"Resources":{"CPU":20,"MemoryMB":20}}]}]},
                 "Diff":true,"Submission":{"Source":"%s","Format":"hcl2"}}""".formatted(type, tags, environment, environment);
    }

    private List<Allocation> live() {
        return agent.server().snapshot().allocationsOf(new JobKey("default", new JobId("web"))).stream()
                .filter(allocation -> !allocation.isTerminal())
                .toList();
    }

    private void awaitRunning(long version) {
        await("version " + version, () -> {
            var found = live();
            return found.size() == 1
                    && found.getFirst().jobVersion() == version
                    && found.getFirst().client().status() == ClientStatus.RUNNING;
        });
    }

    @Test
    void a_plan_says_in_place_or_replace_and_so_it_happens_and_a_revert_brings_back_the_first() throws Exception {
        ask("PUT", "/v1/jobs", job("service", "\"v1\"", "one"));
        awaitRunning(0);
        var first = live().getFirst();
        assertThat(ask("PUT", "/v1/job/web/plan", job("service", "\"v1\"", "one")))
                .contains("\"Diff\":{\"Type\":\"None\"")
                .contains("\"Ignore\":1");

        assertThat(ask("PUT", "/v1/job/web/plan", job("service", "\"v2\"", "one")))
                .contains("\"InPlaceUpdate\":1")
                .contains("\"DestructiveUpdate\":0");
        ask("PUT", "/v1/jobs", job("service", "\"v2\"", "one"));
        awaitRunning(1);
        assertThat(live().getFirst().id()).isEqualTo(first.id());
        assertThat(live().getFirst().client().taskStates().get("t").restarts()).isZero();
        await("the new tag", () -> catalog().contains("\"v2\""));

        assertThat(ask("PUT", "/v1/job/web/plan", job("service", "\"v2\"", "two")))
                .contains("\"DestructiveUpdate\":1")
                .contains("\"Reasons\":[\"task t: Env[A]\"]");
        ask("PUT", "/v1/jobs", job("service", "\"v2\"", "two"));
        awaitRunning(2);
        assertThat(live().getFirst().previous()).contains(first.id());

        ask("PUT", "/v1/job/web/revert", "{\"JobID\":\"web\",\"JobVersion\":0,\"EnforcePriorVersion\":2}");
        awaitRunning(3);
        assertThat(ask("GET", "/v1/job/web/submission?version=3", "")).contains("\"Source\":\"one\"");
        await("the first tag", () -> catalog().contains("\"v1\""));
    }

    @Test
    void a_system_job_runs_on_the_node_and_figures_and_events_tell_of_it() throws Exception {
        ask("PUT", "/v1/jobs", job("system", "\"v1\"", "one"));
        awaitRunning(0);
        assertThat(ask("GET", "/v1/job/web", "")).contains("\"Status\":\"running\"");
        ask("GET", "/v1/metrics", "");
        await("figures of the task", () -> {
            var figures = get("/v1/metrics?format=prometheus");
            return figures.lines()
                            .anyMatch(line -> line.startsWith("nomad_client_allocs_memory_usage{")
                                    && line.contains("job=\"web\"")
                                    && !line.endsWith(" 0.0"))
                    && figures.contains("nomad_client_allocs_running{")
                    && figures.contains("nomad_client_allocs_cpu_total_percent{")
                    && figures.contains("nomad_client_host_memory_total{")
                    && figures.contains("nomad_nomad_broker_process_time_count ");
        });
        var request = HttpRequest.newBuilder(uri("/v1/event/stream?topic=Allocation:web"))
                .timeout(Duration.ofSeconds(120))
                .build();
        try (var lines = http.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
            assertThat(lines.filter(line -> line.contains("\"ClientStatus\":\"running\""))
                            .findFirst())
                    .hasValueSatisfying(line -> assertThat(line).contains("\"Type\":\"AllocationUpdated\""));
        }
        ask("DELETE", "/v1/job/web", "");
        await("its end", () -> live().isEmpty());
        await("everything forgotten", () -> {
            put("/v1/system/gc");
            return !agent.server().snapshot().jobs().iterator().hasNext();
        });
    }

    private String get(String path) {
        try {
            return ask("GET", path, "");
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void put(String path) {
        try {
            ask("PUT", path, "");
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private String catalog() {
        return get("/v1/service/web");
    }
}
