package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole state goes into a file and comes back, on the same agent and on one that never saw it. */
class ArchiveTest {
    private static final String JOB = """
            {"ID":"%s","TaskGroups":[{"Name":"g","Tasks":[{"Name":"t","Driver":"raw_exec",
             "Config":{"command":"/bin/sleep","args":["1000"]},"Resources":{"CPU":20,"MemoryMB":20}}]}]}
            """;
    private static final JobKey KEPT = new JobKey("default", new JobId("kept"));
    private static final JobKey LATER = new JobKey("default", new JobId("later"));

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private Assembly start(String name) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var data = Files.createDirectory(directory.resolve(name));
        var agent = Assembly.start(AgentOptions.development(data).onFreePorts());
        AgentTest.await(
                "keys and a node",
                () -> agent.server().snapshot().activeDataKey().isPresent()
                        && agent.server().snapshot().nodeCount() == 1);
        return agent;
    }

    private static URI uri(Assembly agent, String path) {
        return URI.create("http://127.0.0.1:" + agent.nomadAddress().getPort() + path);
    }

    private byte[] save(Assembly agent) throws Exception {
        var reply = http.send(
                HttpRequest.newBuilder(uri(agent, "/v1/operator/snapshot")).build(), BodyHandlers.ofByteArray());
        assertThat(reply.statusCode()).isEqualTo(200);
        var digest = MessageDigest.getInstance("SHA-256").digest(reply.body());
        assertThat(reply.headers().firstValue("Digest"))
                .contains("sha-256=" + Base64.getEncoder().encodeToString(digest));
        return reply.body();
    }

    private HttpResponse<String> put(Assembly agent, String path, byte[] body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri(agent, path))
                        .PUT(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private String get(Assembly agent, String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(agent, path)).build(), BodyHandlers.ofString())
                .body();
    }

    private static boolean runs(Assembly agent, JobKey job) {
        return agent.server().snapshot().allocationsOf(job).stream()
                .anyMatch(it -> it.client().status() == ClientStatus.RUNNING);
    }

    /** As clients of both dialects check it: a tar of three files, with the sums of two in the third. */
    private void theOtherDialectHasTheSameArchive(Assembly agent, byte[] archive) throws Exception {
        var path = URI.create("http://127.0.0.1:" + agent.consulAddress().getPort() + "/v1/snapshot");
        var file = directory.resolve("later.tgz");
        var reply = http.send(HttpRequest.newBuilder(path).build(), BodyHandlers.ofFile(file));
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValueAsLong("X-Consul-Index").orElse(0)).isPositive();
        assertThat(reply.headers().firstValueAsLong("X-Consul-LastContact")).isPresent();
        var checked = new ProcessBuilder("sh", "-c", "tar -xzvf later.tgz && sha256sum --strict -c SHA256SUMS")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(checked.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("meta.json\nstate.bin\nSHA256SUMS\nmeta.json: OK\nstate.bin: OK\n");
        assertThat(checked.waitFor()).isZero();

        var later = Files.readAllBytes(file);
        long before = agent.server().snapshot().index();
        for (int at : new int[] {4, later.length / 2, later.length - 3}) {
            var damaged = later.clone();
            damaged[at] ^= 1;
            refuses(path, damaged);
        }
        refuses(path, Arrays.copyOf(later, later.length - 100));
        assertThat(restore(path, new byte[0]).statusCode()).isEqualTo(400);
        assertThat(agent.server().snapshot().restoring()).isEmpty();
        assertThat(agent.server().snapshot().index()).isLessThan(before + 100);

        assertThat(put(agent, "/v1/operator/snapshot", later).statusCode()).isEqualTo(200);
        assertThat(agent.server().snapshot().job(LATER)).isPresent();
        assertThat(restore(path, archive).statusCode()).isEqualTo(200);
        assertThat(agent.server().snapshot().job(LATER)).isEmpty();
    }

    private void refuses(URI path, byte[] damaged) throws Exception {
        var refused = restore(path, damaged);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("nothing was restored");
    }

    private HttpResponse<String> restore(URI path, byte[] body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(path)
                        .PUT(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void state_comes_back_while_its_task_runs_on_and_opens_elsewhere_too() throws Exception {
        var first = start("first");
        try {
            AgentTest.register(first, JOB.formatted("kept"));
            AgentTest.await("the job runs", () -> runs(first, KEPT));
            var variable = "{\"Path\":\"a\",\"Items\":{\"word\":\"secret\"}}".getBytes(StandardCharsets.UTF_8);
            assertThat(put(first, "/v1/var/a", variable).statusCode()).isEqualTo(200);
            var allocation = first.server().snapshot().allocationsOf(KEPT).getFirst();
            var archive = save(first);
            AgentTest.register(first, JOB.formatted("later"));
            AgentTest.await("the later job runs", () -> runs(first, LATER));

            var damaged = archive.clone();
            damaged[damaged.length / 3] ^= 1;
            var refused = put(first, "/v1/operator/snapshot", damaged);
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(refused.body()).contains("nothing was restored");
            assertThat(first.server().snapshot().job(LATER)).isPresent();

            assertThat(put(first, "/v1/operator/snapshot", archive).statusCode())
                    .isEqualTo(200);
            assertThat(first.server().snapshot().job(LATER)).isEmpty();
            AgentTest.await("the job runs on", () -> runs(first, KEPT));
            var after = first.server().snapshot().allocationsOf(KEPT);
            assertThat(after).hasSize(1);
            assertThat(after.getFirst().client().taskStates().get("t").startedAt())
                    .as("not started again")
                    .isEqualTo(allocation.client().taskStates().get("t").startedAt());
            AgentTest.register(first, JOB.formatted("later"));
            AgentTest.await("work goes on", () -> runs(first, LATER));
            theOtherDialectHasTheSameArchive(first, archive);

            var second = start("second");
            try {
                assertThat(put(second, "/v1/operator/snapshot", archive).statusCode())
                        .isEqualTo(200);
                assertThat(second.server().snapshot().job(KEPT)).isPresent();
                assertThat(get(second, "/v1/var/a")).contains("secret");
                assertThat(second.server().snapshot().activeRoot().map(AuthorityRoot::certificatePem))
                        .isEqualTo(first.server().snapshot().activeRoot().map(AuthorityRoot::certificatePem));
            } finally {
                second.stopAndRemove();
            }
        } finally {
            first.stopAndRemove();
        }
    }
}
