package dev.steppe.api;

import dev.steppe.api.http.Refused;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.server.KeyEndpoint;
import dev.steppe.server.VariableEndpoint.Outcome;
import dev.steppe.server.VariableEndpoint.Terms;
import dev.steppe.state.KeyOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What users keep in a region beside jobs: variables, keys, sessions. Safe for use from any thread; what changes something
 * blocks until it is durable and applied here.
 */
public interface RegionData {

    /** A value and the index of the state that holds it. */
    record Indexed<T>(T value, long index) {}

    Indexed<Outcome> put(VariableKey key, VariableItems items, Terms terms)
            throws Refused, IOException, InterruptedException;

    Indexed<Outcome> delete(VariableKey key, Terms terms) throws Refused, IOException, InterruptedException;

    /** Locks a variable; an empty {@code lock} asks for a new one. */
    Indexed<Outcome> acquire(VariableKey key, Optional<VariableItems> items, String lock, Duration ttl, Duration delay)
            throws Refused, IOException, InterruptedException;

    Indexed<Outcome> release(VariableKey key, String lock) throws Refused, IOException, InterruptedException;

    Indexed<Outcome> renew(VariableKey key, String lock) throws Refused, IOException, InterruptedException;

    /** The content of a variable in clear. */
    VariableItems open(Variable variable) throws IOException;

    /** Makes a new key that seals from now on; with {@code full}, for what is there already too. */
    Indexed<DataKey> rotate(boolean full) throws Refused, IOException, InterruptedException;

    /** Forgets a key of the keyring; returns the index of the change. */
    long removeKey(String id, boolean force) throws Refused, IOException, InterruptedException;

    /** Carries out all operations or none. */
    Indexed<KeyOutcome> transact(List<KeyOperation> operations) throws Refused, IOException, InterruptedException;

    /** Begins a session; the value is its id. */
    Indexed<String> create(KeyEndpoint.Wish wish) throws Refused, IOException, InterruptedException;

    /** Ends a session; returns the index of the change. */
    long destroy(String session) throws Refused, IOException, InterruptedException;

    /** Gives a session its full time again. */
    Indexed<Session> renew(String session) throws Refused, IOException, InterruptedException;
}
