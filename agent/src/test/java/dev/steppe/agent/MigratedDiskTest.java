package dev.steppe.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobId;
import dev.steppe.model.JobKey;
import dev.steppe.model.TaskEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Proves with a server and two nodes that the data of a migrating disk follows its allocation, or is said to be missing. */
class MigratedDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(240);
    private static final String JOB = """
            {"Job":{"ID":"keeper","Name":"keeper","Type":"service","TaskGroups":[{"Name":"g","Count":1,
             "Constraints":[{"LTarget":"${node.unique.name}","RTarget":"%s","Operand":"="}],
             "EphemeralDisk":{"Sticky":true,"Migrate":true,"SizeMB":%d},
             "Tasks":[{"Name":"t","Driver":"raw_exec","Config":{"command":"/bin/sh","args":["-c",%s]},
             "LogConfig":{"MaxFiles":2,"MaxFileSizeMB":1},"Resources":{"CPU":20,"MemoryMB":20}}]}]}}
            """;
    private static final String APPEND = "\"for f in $NOMAD_ALLOC_DIR/data $NOMAD_TASK_DIR; do echo $NOMAD_ALLOC_ID"
            + " >>$f/kept; done; trap 'echo last >>$NOMAD_ALLOC_DIR/data/kept; exit' INT;"
            + " while :; do sleep 0.1; done\"";

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private Assembly server;
    private Assembly one;
    private Assembly two;

    @BeforeEach
    void start() throws Exception {
        // tasks are of another user
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        server = Assembly.start(
                Agents.options(directory.resolve("server"), "server { enabled = true \n heartbeat_grace = \"1s\" }"));
        one = Agents.client(directory.resolve("one"), Agents.token(server, http));
        two = Agents.client(directory.resolve("two"), Agents.token(server, http));
        await("two ready nodes", () -> server.server().snapshot().nodeCount() == 2);
    }

    @AfterEach
    void stop() throws Exception {
        two.stopAndRemove();
        one.stopAndRemove();
        server.stopAndRemove();
        http.shutdownNow();
    }

    /** A node that does not answer is asked for a while. */
    private static void await(String what, BooleanSupplier condition) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(until);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private void register(String node, int megabytes) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + server.nomadAddress().getPort() + "/v1/jobs"))
                        .PUT(HttpRequest.BodyPublishers.ofString(JOB.formatted(node, megabytes, APPEND)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private List<Allocation> allocations() {
        return server.server().snapshot().allocationsOf(new JobKey("default", new JobId("keeper")));
    }

    private Optional<Allocation> running(String node) {
        return allocations().stream()
                .filter(it -> it.nodeName().equals(node))
                .filter(it -> it.client().status() == ClientStatus.RUNNING)
                .findFirst();
    }

    private Path data(String node, Allocation allocation) {
        return directory.resolve(node).resolve("alloc").resolve(allocation.id().value());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (java.io.IOException unreadable) {
            return List.of();
        }
    }

    private Allocation begun(String node) throws Exception {
        await(
                "a task on " + node,
                () -> running(node)
                        .filter(it -> lines(data(node, it).resolve("t/local/kept"))
                                .contains(it.id().value()))
                        .isPresent());
        return running(node).orElseThrow();
    }

    private static List<String> messages(Allocation allocation) {
        return allocation.client().taskStates().get("t").events().stream()
                .map(TaskEvent::displayMessage)
                .toList();
    }

    @Test
    void the_data_follows_to_another_node_after_the_last_word_of_the_task_before_and_back_again() throws Exception {
        register("one", 10);
        var first = begun("one");
        register("two", 10);
        var second = begun("two");
        register("one", 10);
        var third = begun("one");
        assertThat(lines(data("one", third).resolve("alloc/data/kept")))
                .containsExactly(
                        first.id().value(),
                        "last",
                        second.id().value(),
                        "last",
                        third.id().value());
        assertThat(lines(data("one", third).resolve("t/local/kept")))
                .containsExactly(
                        first.id().value(), second.id().value(), third.id().value());
        assertThat(messages(third))
                .anyMatch(it -> it.startsWith("brought the data of allocation " + second.id() + " from its node"));
        try (var left = Files.list(data("one", third))) {
            assertThat(left.map(it -> it.getFileName().toString()))
                    .as("nothing of the way is left")
                    .containsExactlyInAnyOrder("alloc", "t");
        }
    }

    @Test
    void data_larger_than_the_disk_stays_where_it_is_and_the_task_begins_empty_and_is_told() throws Exception {
        register("one", 10);
        var first = begun("one");
        Files.write(data("one", first).resolve("alloc/data/large"), new byte[11 << 20]);
        register("two", 10);
        var second = begun("two");
        assertThat(lines(data("two", second).resolve("alloc/data/kept")))
                .containsExactly(second.id().value());
        assertThat(messages(second))
                .anyMatch(it -> it.contains("begins with an empty disk") && it.contains("raise size"));
        assertThat(data("one", first).resolve("alloc/data/large")).exists();
    }

    @Test
    void data_of_a_node_that_is_gone_is_given_up() throws Exception {
        register("one", 10);
        var first = begun("one");
        one.close();
        register("two", 10);
        var second = begun("two");
        assertThat(messages(second))
                .anyMatch(it -> it.contains("begins with an empty disk: the data of allocation " + first.id()));
        one = Assembly.start(Agents.options(directory.resolve("one"), "client { enabled = true %s }"));
        await(
                "the end of what ran on",
                () -> allocations().stream()
                        .filter(it -> it.id().equals(first.id()))
                        .allMatch(it -> it.client().status().isTerminal()));
    }
}
