package dev.steppe.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steppe.model.Allocation;
import dev.steppe.model.ClientStatus;
import dev.steppe.model.JobSpec;
import dev.steppe.model.codec.Codec;
import dev.steppe.model.codec.CodecException;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.server.Server;
import dev.steppe.server.VariableEndpoint;
import dev.steppe.state.Snapshot;
import dev.steppe.wire.DataAnswer;
import dev.steppe.wire.DataQuery;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Proves that a task is told what it may read, when it changes, and again after its server was away. */
class NodeDataTest {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final VirtualTime time = new VirtualTime(1);
    private final Cluster cluster = new Cluster(time, new Tally(), 1, 1, false);
    private final List<DataAnswer> told = new ArrayList<>();

    private void until(String what, BooleanSupplier condition) {
        var deadline = time.elapsed().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(time.elapsed()).as("waiting for " + what).isLessThan(deadline);
            time.step();
        }
    }

    private Server server() {
        return cluster.servers().getFirst().running().orElseThrow();
    }

    private Optional<Snapshot> state() {
        return cluster.ledState();
    }

    private Allocation runningTask() throws CodecException {
        cluster.servers().getFirst().start();
        cluster.nodes().getFirst().startAgent();
        until(
                "a leader with keys and a node",
                () -> state().filter(it -> it.nodeCount() == 1)
                        .flatMap(Snapshot::activeDataKey)
                        .isPresent());
        var job = Codec.fromJson(JobSpec.class, """
                {"ID":"web","Type":"service","TaskGroups":[{"Name":"g","Count":1,
                  "Services":[{"Name":"front","Provider":"nomad"}],
                  "Tasks":[{"Name":"t","Driver":"simulated","Resources":{"CPU":50,"MemoryMB":50}}]}]}""");
        server().jobs().register(job, Optional.empty(), reply -> {});
        until(
                "a running task",
                () -> state().map(Snapshot::allocations).stream()
                        .flatMap(all -> java.util.stream.StreamSupport.stream(all.spliterator(), false))
                        .anyMatch(it -> it.client().status() == ClientStatus.RUNNING));
        return state().orElseThrow().allocations().iterator().next();
    }

    private void watch(Allocation allocation, DataQuery query) {
        cluster.nodes().getFirst().data().watch(allocation.id(), "t", query, told::add);
    }

    private void put(String path, String value) {
        var items = new TreeMap<String, String>();
        items.put("key", value);
        server().variables()
                .put(
                        new VariableKey("default", path),
                        new VariableItems(items),
                        VariableEndpoint.Terms.NONE,
                        reply -> {});
    }

    private String lastValue() {
        return told.getLast() instanceof DataAnswer.FoundVariable found
                ? String.valueOf(found.items().values().get("key"))
                : told.getLast().toString();
    }

    @Test
    void a_task_is_told_its_variable_now_and_when_it_changes() throws CodecException {
        var allocation = runningTask();
        watch(allocation, new DataQuery.OneVariable("default", "nomad/jobs/web/g"));
        until("an answer", () -> !told.isEmpty());
        assertThat(told.getLast()).isEqualTo(new DataAnswer.Missing());
        put("nomad/jobs/web/g", "one");
        until("the variable", () -> lastValue().equals("one"));
        put("nomad/jobs/web", "of another path");
        put("nomad/jobs/web/g", "two");
        until("its change", () -> lastValue().equals("two"));
        assertThat(told).hasSize(3);
    }

    @Test
    void a_server_that_was_away_tells_only_what_is_different() throws CodecException {
        var allocation = runningTask();
        put("nomad/jobs/web", "one");
        watch(allocation, new DataQuery.OneVariable("default", "nomad/jobs/web"));
        until("the variable", () -> !told.isEmpty() && lastValue().equals("one"));
        cluster.servers().getFirst().crash();
        cluster.servers().getFirst().start();
        until("a leader", () -> state().isPresent());
        put("nomad/jobs/web", "two");
        until("its change", () -> lastValue().equals("two"));
        assertThat(told.stream().filter(DataAnswer.FoundVariable.class::isInstance))
                .hasSize(2);
    }

    @Test
    void a_task_is_not_told_the_variables_of_others() throws CodecException {
        var allocation = runningTask();
        put("nomad/jobs/db", "secret");
        put("nomad/jobs/web/g/t", "mine");
        watch(allocation, new DataQuery.OneVariable("default", "nomad/jobs/db"));
        until("an answer", () -> !told.isEmpty());
        assertThat(told.getLast())
                .isInstanceOfSatisfying(
                        DataAnswer.Denied.class,
                        denied -> assertThat(denied.reason()).contains("nomad/jobs/web/g/t"));
        watch(allocation, new DataQuery.VariablesUnder("default", ""));
        until(
                "the list",
                () -> told.getLast() instanceof DataAnswer.FoundVariables list
                        && list.variables().size() == 1
                        && list.variables().getFirst().path().equals("nomad/jobs/web/g/t"));
    }

    @Test
    void a_task_is_told_of_keys_and_services() throws CodecException {
        var allocation = runningTask();
        watch(allocation, new DataQuery.KeysUnder("app/"));
        until("no keys", () -> !told.isEmpty());
        server().keys()
                .transact(List.of(new KeyOperation.Set("app/a", "1".getBytes(StandardCharsets.UTF_8), 0)), reply -> {});
        until(
                "a key",
                () -> told.getLast() instanceof DataAnswer.FoundKeys keys
                        && keys.entries().size() == 1);
        watch(allocation, new DataQuery.OneService("front"));
        until(
                "the service",
                () -> told.getLast() instanceof DataAnswer.FoundInstances found
                        && found.instances().size() == 1
                        && found.instances().getFirst().provider().equals("nomad")
                        && found.instances().getFirst().status().equals("passing"));
    }
}
