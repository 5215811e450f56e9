package dev.steppe.simulation;

import dev.steppe.model.Refusal;
import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import dev.steppe.server.VariableEndpoint;
import dev.steppe.simulation.faults.History;
import dev.steppe.state.KeyOutcome;
import dev.steppe.state.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * People who read and replace the same few keys and variables with check-and-set, through any server, and remember what they
 * were told.
 */
final class Registers {
    private static final List<String> NAMES = List.of("key/0", "key/1", "variable/0", "variable/1");
    private static final String ITEM = "v";

    private final VirtualTime time;
    private final Cluster cluster;
    private final Tally tally;
    private final SplittableRandom random;
    private final Map<String, History> histories = new TreeMap<>();
    private int values;

    Registers(VirtualTime time, Cluster cluster, Tally tally) {
        this.time = time;
        this.cluster = cluster;
        this.tally = tally;
        this.random = time.split();
        NAMES.forEach(name -> histories.put(name, new History(name)));
    }

    private record Present(String value, long index) {}

    /** Somebody reads a register through some server, and replaces what is told to be there. */
    void ask() {
        var server = cluster.servers().get(random.nextInt(cluster.servers().size()));
        var name = NAMES.get(random.nextInt(NAMES.size()));
        long begun = time.nowNanos();
        cluster.read(server, (asked, snapshot) -> present(name, asked, snapshot), present -> {
            history(name).see(present.value, begun, time.nowNanos(), server.name());
            replace(server, name, present);
        });
    }

    private History history(String name) {
        return Objects.requireNonNull(histories.get(name), name);
    }

    private static boolean isKey(String name) {
        return name.startsWith("key");
    }

    private static VariableKey variable(String name) {
        return new VariableKey("default", name);
    }

    private static Present present(String name, Server server, Snapshot snapshot) {
        return isKey(name)
                ? snapshot.keys().get(name).map(Registers::present).orElse(new Present(History.NOTHING, 0))
                : snapshot.variable(variable(name))
                        .map(found -> present(server, found))
                        .orElse(new Present(History.NOTHING, 0));
    }

    private static Present present(KeyEntry entry) {
        return new Present(new String(entry.value(), StandardCharsets.UTF_8), entry.modifyIndex());
    }

    private static Present present(Server server, Variable variable) {
        try {
            var items = server.variables().open(variable).values();
            return new Present(Objects.requireNonNull(items.get(ITEM), ITEM), variable.modifyIndex());
        } catch (IOException sealed) {
            throw new Invariants.Broken("what_was_sealed_is_opened", variable.key() + ": " + sealed.getMessage());
        }
    }

    private void replace(Cluster.SimulatedServer server, String name, Present present) {
        var history = history(name);
        var value = server.name() + "-" + ++values;
        history.attempt(value, present.value);
        long begun = time.nowNanos();
        if (isKey(name)) {
            var write = new KeyOperation.SetAt(name, value.getBytes(StandardCharsets.UTF_8), 0, present.index);
            cluster.<KeyOutcome>ask(
                    server,
                    (it, then) -> it.keys().transact(List.of(write), then),
                    reply -> answered(
                            history,
                            server.name(),
                            value,
                            present.index,
                            begun,
                            verdict(reply, KeyOutcome::succeeded)));
        } else {
            var terms = new VariableEndpoint.Terms(Optional.of(present.index), "");
            var items = new VariableItems(new TreeMap<>(Map.of(ITEM, value)));
            cluster.<VariableEndpoint.Outcome>ask(
                    server,
                    (it, then) -> it.variables().put(variable(name), items, terms, then),
                    reply -> answered(
                            history,
                            server.name(),
                            value,
                            present.index,
                            begun,
                            verdict(reply, VariableEndpoint.Outcome.Written.class::isInstance)));
        }
    }

    private interface Good<T> {
        boolean is(T value);
    }

    /** True: written; false: somebody was first; empty: nobody knows. */
    private static <T> Optional<Boolean> verdict(Reply<T> reply, Good<T> good) {
        return switch (reply) {
            case Reply.Done<T> done -> Optional.of(good.is(done.value()));
            case Reply.Refused<T> refused when refused.refusal().code() == Refusal.Code.CONFLICT -> Optional.of(false);
            case Reply.Refused<T> refused -> Optional.empty();
        };
    }

    private void answered(
            History history, String where, String value, long index, long begun, Optional<Boolean> verdict) {
        if (verdict.isEmpty()) {
            return;
        }
        if (verdict.get()) {
            tally.count(Tally.What.REGISTERS_REPLACED);
            history.acknowledge(value, index, begun, time.nowNanos());
        } else {
            tally.count(Tally.What.REGISTERS_CONTESTED);
            history.refuse(value, where);
        }
    }

    /** What contradicts one order of everything that anybody was told, given what the leader holds now. */
    List<String> contradictions(Server leader, Snapshot state) {
        var found = new ArrayList<String>();
        histories.forEach((name, history) ->
                found.addAll(history.contradictions(present(name, leader, state).value, time.nowNanos() + 1)));
        return found;
    }
}
