package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves over real sockets that an agent without a server runs tasks, answers for the region, and outlives its server. */
class ClientAgentTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final String JOB = """
            {"Job":{"ID":"sleep","Name":"sleep","Type":"service",
             "TaskGroups":[{"Name":"g","Count":1,"Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh","args":["-c","echo $$ > ${NOMAD_ALLOC_DIR}/data/pid; exec sleep 1000"]},
             "Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private AgentOptions serverOptions;
    private Assembly server;
    private Assembly client;

    @BeforeEach
    void start() throws Exception {
        // tasks are of another user
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        serverOptions = Agents.options(directory.resolve("server"), "server { enabled = true }")
                .withRealPorts(Agents.PORTS);
        server = Assembly.start(serverOptions);
        client = Agents.client(directory.resolve("client"), Agents.token(server, http));
    }

    @AfterEach
    void stop() throws Exception {
        client.stopAndRemove();
        server.stopAndRemove();
        http.shutdownNow();
    }

    private HttpResponse<String> ask(InetSocketAddress agent, String method, String path, String body)
            throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + agent.getPort() + path))
                        .timeout(PATIENCE)
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(InetSocketAddress agent, String path) throws Exception {
        return ask(agent, "GET", path, "").body();
    }

    @Test
    void a_client_answers_for_the_region_and_keeps_its_tasks_while_the_server_is_away() throws Exception {
        var nomad = client.nomadAddress();
        await("a ready node", () -> get(nomad, "/v1/nodes").contains("\"Status\":\"ready\""));
        assertThat(get(nomad, "/v1/nodes")).as("the server has no node").doesNotContain("\"Name\":\"server\"");

        var written = ask(nomad, "PUT", "/v1/jobs", JOB);
        assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
        await("a running task", () -> get(nomad, "/v1/job/sleep/allocations").contains("\"ClientStatus\":\"running\""));
        var allocations = get(nomad, "/v1/job/sleep/allocations");
        var allocation = allocations.replaceAll("(?s).*?\"ID\":\"([^\"]+)\".*", "$1");
        var pid = "/v1/client/fs/cat/" + allocation + "?path=alloc/data/pid";
        await("the task's own number", () -> get(nomad, pid).strip().matches("\\d+"));
        long task = Long.parseLong(get(nomad, pid).strip());
        assertThat(get(nomad, "/v1/agent/self")).contains("\"Server\":{\"Enabled\":false}");
        assertThat(get(client.consulAddress(), "/v1/catalog/nodes")).contains("\"Node\":\"client\"");
        assertThat(get(nomad, "/v1/status/leader")).isEqualTo(get(server.nomadAddress(), "/v1/status/leader"));

        server.close();
        await(
                "a client that noticed",
                () -> ask(nomad, "GET", "/v1/agent/health?type=client", "").statusCode() == 500);
        assertThat(ProcessHandle.of(task)).as("the task runs on").isPresent();
        assertThat(get(nomad, "/v1/jobs")).contains("No cluster leader");

        server = Assembly.start(serverOptions);
        await(
                "the node back",
                () -> ask(nomad, "GET", "/v1/agent/health?type=client", "").statusCode() == 200);
        assertThat(ProcessHandle.of(task)).as("still the same task").isPresent();
        await(
                "the same allocation",
                () -> get(nomad, "/v1/job/sleep/allocations").contains(allocation));
    }
}
