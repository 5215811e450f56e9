package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.server.KeyEndpoint;
import dev.steppe.server.Reply;
import dev.steppe.server.Server;
import dev.steppe.server.VariableEndpoint.Outcome;
import dev.steppe.server.VariableEndpoint.Terms;
import dev.steppe.state.KeyOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Variables, keys and sessions as an agent that is a server itself reaches them. */
record ServerRegionData(Server server) implements RegionData {

    private static <T> Indexed<T> ask(Consumer<Consumer<Reply<T>>> question)
            throws Refused, IOException, InterruptedException {
        var done = ServerRegion.done(question);
        return new Indexed<>(done.value(), done.index());
    }

    @Override
    public Indexed<Outcome> put(VariableKey key, VariableItems items, Terms terms)
            throws Refused, IOException, InterruptedException {
        return ask(then -> server.variables().put(key, items, terms, then));
    }

    @Override
    public Indexed<Outcome> delete(VariableKey key, Terms terms) throws Refused, IOException, InterruptedException {
        return ask(then -> server.variables().delete(key, terms, then));
    }

    @Override
    public Indexed<Outcome> acquire(
            VariableKey key, Optional<VariableItems> items, String lock, Duration ttl, Duration delay)
            throws Refused, IOException, InterruptedException {
        return ask(then -> server.variables().acquire(key, items, lock, ttl, delay, then));
    }

    @Override
    public Indexed<Outcome> release(VariableKey key, String lock) throws Refused, IOException, InterruptedException {
        return ask(then -> server.variables().release(key, lock, then));
    }

    @Override
    public Indexed<Outcome> renew(VariableKey key, String lock) throws Refused, IOException, InterruptedException {
        return ask(then -> server.variables().renew(key, lock, then));
    }

    @Override
    public VariableItems open(Variable variable) throws IOException {
        return server.variables().open(variable);
    }

    @Override
    public Indexed<DataKey> rotate(boolean full) throws Refused, IOException, InterruptedException {
        return ask(then -> server.variables().rotate(full, then));
    }

    @Override
    public long removeKey(String id, boolean force) throws Refused, IOException, InterruptedException {
        Indexed<Long> removed = ask(then -> server.variables().removeKey(id, force, then));
        return removed.index();
    }

    @Override
    public Indexed<KeyOutcome> transact(List<KeyOperation> operations)
            throws Refused, IOException, InterruptedException {
        return ask(then -> server.keys().transact(operations, then));
    }

    @Override
    public Indexed<String> create(KeyEndpoint.Wish wish) throws Refused, IOException, InterruptedException {
        return ask(then -> server.keys().create(wish, then));
    }

    @Override
    public long destroy(String session) throws Refused, IOException, InterruptedException {
        Indexed<Long> destroyed = ask(then -> server.keys().destroy(session, then));
        return destroyed.index();
    }

    @Override
    public Indexed<Session> renew(String session) throws Refused, IOException, InterruptedException {
        return ask(then -> server.keys().renew(session, then));
    }
}
