package dev.steppe.agent;

import static dev.steppe.agent.Awaiting.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.agent.link.Joining;
import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.NodeStatus;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All servers are lost, and new ones with empty disks get the state from an archive: what ran goes on running, with the
 * nodes that ran it, whose certificates are of the authority in the archive.
 */
class RestoredClusterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final JobKey JOB = new JobKey("default", new JobId("kept"));
    private static final int VALUES = 48;
    private static final int VALUE_BYTES = 256 << 10;

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Assembly> servers = new ArrayList<>();
    private final List<Assembly> nodes = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (var node : nodes) {
            node.stopAndRemove();
        }
        servers.forEach(Assembly::close);
        http.shutdownNow();
    }

    private Assembly server(String name, String ports, String join) throws Exception {
        var options = Agents.options(directory.resolve(name), "server { enabled = true }", ports);
        var server = Assembly.start(join.isEmpty() ? options : options.joining(join));
        servers.add(server);
        return server;
    }

    private static String freePorts() throws Exception {
        return "rpc = " + Agents.PORTS.any() + "\n  serf = " + Agents.PORTS.any();
    }

    private HttpResponse<String> send(Assembly agent, String method, String path, BodyPublisher body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + agent.nomadAddress().getPort() + path))
                        .timeout(PATIENCE)
                        .method(method, body)
                        .build(),
                BodyHandlers.ofString());
    }

    private String get(Assembly agent, String path) throws Exception {
        return send(agent, "GET", path, BodyPublishers.noBody()).body();
    }

    private void put(Assembly agent, String path, String body) throws Exception {
        await(
                path + " is written",
                () -> send(agent, "PUT", path, BodyPublishers.ofString(body)).statusCode() == 200);
    }

    /** Random, so that the archive is as large as the state. */
    private void fill(Assembly agent) throws Exception {
        var random = new Random(1);
        for (int i = 0; i < VALUES; i++) {
            var value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            var written = http.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + agent.consulAddress().getPort() + "/v1/kv/large/" + i))
                            .PUT(BodyPublishers.ofByteArray(value))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(written.statusCode()).as(written.body()).isEqualTo(200);
        }
    }

    private Path saved(Assembly agent) throws Exception {
        var reply = http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + agent.nomadAddress().getPort() + "/v1/operator/snapshot"))
                        .build(),
                BodyHandlers.ofFile(directory.resolve("state.snap")));
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(Files.size(reply.body())).isGreaterThan((long) VALUES * VALUE_BYTES);
        return reply.body();
    }

    private static String job(Path pids) {
        return """
            {"Job":{"ID":"%s","Name":"%1$s","TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sh","args":["-c","echo $$ >>%s; exec sleep 1000"]},
             "Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """.formatted(pids.getFileName(), pids);
    }

    private static boolean runs(Assembly server, JobKey job) {
        return server.server().snapshot().allocationsOf(job).stream()
                .anyMatch(it -> it.client().status() == ClientStatus.RUNNING);
    }

    private static String root(Assembly server) {
        return server.server()
                .snapshot()
                .activeRoot()
                .map(AuthorityRoot::certificatePem)
                .orElse("");
    }

    private static boolean isNodeReady(Assembly server) {
        for (var node : server.server().snapshot().nodes()) {
            return node.status() == NodeStatus.READY;
        }
        return false;
    }

    private static String word(Joining token) {
        return token.server() + "#" + token.secret().text();
    }

    private String serverToken(Assembly agent) throws Exception {
        var made = new ArrayList<String>();
        await("a token for a server", () -> {
            var answer = send(agent, "PUT", "/v1/agent/join-token", BodyPublishers.ofString("{\"Server\":true}"));
            return answer.statusCode() == 200
                    && made.add(answer.body().replaceAll("(?s).*\"Address\":\"([^\"]+)\".*", "$1") + "#"
                            + answer.body().replaceAll("(?s).*\"Token\":\"([^\"]+)\".*", "$1"));
        });
        return made.getFirst();
    }

    @Test
    void new_servers_get_the_state_and_the_node_comes_back_with_the_same_process() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        var ports = freePorts();
        var old = server("old", ports, "");
        var node = Agents.client(directory.resolve("node"), Agents.token(old, http));
        nodes.add(node);
        put(old, "/v1/jobs", job(directory.resolve("kept")));
        await("the task runs", () -> runs(old, JOB));
        put(old, "/v1/var/a", "{\"Path\":\"a\",\"Items\":{\"word\":\"secret\"}}");
        fill(old);
        var token = Agents.token(old, http);
        var authority = root(old);
        var allocation = old.server().snapshot().allocationsOf(JOB).getFirst();
        var archive = saved(old);
        servers.remove(old);
        old.close();

        var others = freePorts();
        var first = server("first", ports, "");
        var second = server("second", others, serverToken(first));
        var third = server("third", freePorts(), serverToken(first));
        for (var server : servers) {
            await(
                    "three servers",
                    () -> server.server().operator().members().all().size() == 3);
        }
        assertThat(root(first)).as("an authority of their own").isNotEqualTo(authority);
        nothingIsChangedByADamagedOne(second, archive);
        var restored = send(second, "PUT", "/v1/operator/snapshot", BodyPublishers.ofFile(archive));
        assertThat(restored.statusCode()).as(restored.body()).isEqualTo(200);

        for (var server : servers) {
            await("the authority", () -> root(server).equals(authority));
            await("the variable opens", () -> get(server, "/v1/var/a").contains("secret"));
            await("the node is ready", () -> isNodeReady(server));
            await("the allocation runs", () -> runs(server, JOB));
            assertThat(server.server().snapshot().joinToken(token.secret().digest()))
                    .isPresent();
        }
        put(third, "/v1/jobs", job(directory.resolve("later")));
        await("work goes on", () -> runs(third, new JobKey("default", new JobId("later"))));
        theServersKnowEachOther(second, others);
        whatIsKnownIsNotWrittenAgain();
        joinsWithATokenOfTheArchive(token);
        // only a node that came back runs the later job, and one that did not would have been lost by now
        var after = first.server().snapshot().allocationsOf(JOB);
        assertThat(after).hasSize(1);
        assertThat(after.getFirst().id()).isEqualTo(allocation.id());
        assertThat(after.getFirst().client().status()).isEqualTo(ClientStatus.RUNNING);
        theSameProcessRuns("kept");
    }

    /** Each new leader is told by the nodes of all they run; a job that runs then shows that it was told. */
    private void whatIsKnownIsNotWrittenAgain() throws Exception {
        var server = servers.getFirst();
        long before = server.server().snapshot().allocationsOf(JOB).getFirst().modifyIndex();
        int moved = 0;
        for (var id : server.server().operator().members().all()) {
            var path = "/v1/operator/raft/transfer-leadership?id=" + id.id();
            await(
                    "it leads",
                    () -> send(server, "PUT", path, BodyPublishers.noBody()).statusCode() == 200);
            var name = "moved-" + moved++;
            await(
                    "a job is taken",
                    () -> send(server, "PUT", "/v1/jobs", BodyPublishers.ofString(job(directory.resolve(name))))
                                    .statusCode()
                            == 200);
            await("it runs", () -> runs(server, new JobKey("default", new JobId(name))));
        }
        assertThat(server.server().snapshot().allocationsOf(JOB).getFirst().modifyIndex())
                .isEqualTo(before);
    }

    private void theSameProcessRuns(String job) throws Exception {
        var pids = Files.readAllLines(directory.resolve(job));
        assertThat(pids).as("started once").hasSize(1);
        assertThat(ProcessHandle.of(Long.parseLong(pids.getFirst())))
                .as("it runs on")
                .isPresent();
    }

    private void nothingIsChangedByADamagedOne(Assembly server, Path archive) throws Exception {
        var damaged = Files.readAllBytes(archive);
        damaged[damaged.length / 2] ^= 1;
        long before = server.server().snapshot().index();
        var refused = send(server, "PUT", "/v1/operator/snapshot", BodyPublishers.ofByteArray(damaged));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("nothing was restored");
        assertThat(server.server().snapshot().restoring()).isEmpty();
        assertThat(server.server().snapshot().index()).isLessThan(before + VALUES);
        for (var name : List.of("first", "second", "third")) {
            await("nothing is left of it", () -> {
                try (var left = Files.list(directory.resolve(name).resolve("spool"))) {
                    return left.findAny().isEmpty();
                }
            });
        }
    }

    /** After a new start all connections are new ones, with certificates of the restored authority. */
    private void theServersKnowEachOther(Assembly follower, String ports) throws Exception {
        servers.remove(follower);
        follower.close();
        var again = server("second", ports, "");
        await(
                "it has a leader and everything",
                () -> get(again, "/v1/job/later").contains("\"later\""));
    }

    private void joinsWithATokenOfTheArchive(Joining token) throws Exception {
        var client = Assembly.start(Agents.options(directory.resolve("another"), "client { enabled = true %s }")
                .joining(word(token)));
        nodes.add(client);
        await("a second node", () -> servers.getFirst().server().snapshot().nodeCount() == 2);
    }
}
