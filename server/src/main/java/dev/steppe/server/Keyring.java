package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Ids;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.security.keyring.SealBrokenException;
import dev.steppe.security.keyring.SealedItems;
import dev.steppe.security.keyring.SealingKey;
import dev.steppe.state.Command;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The keys that seal what the state keeps secret. The state has them wrapped under a root key that this server holds; they
 * are open in memory only. Sealing and opening may be called from any thread, the rest is owned by the server's loop.
 */
public final class Keyring {
    private static final System.Logger LOG = System.getLogger(Keyring.class.getName());

    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final RootKeys rootKeys;
    private final SecureRandom random;
    private final ConcurrentHashMap<String, SealingKey> open = new ConcurrentHashMap<>();
    private boolean making;

    Keyring(Loop loop, Store store, Proposals proposals, RootKeys rootKeys, SecureRandom random) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.rootKeys = rootKeys;
        this.random = random;
    }

    /** Makes the first keys when there are none. Called on the leader until there are. */
    void ensureKey() {
        if (!making && store.snapshot().activeDataKey().isEmpty()) {
            rotate(false, reply -> {});
        }
    }

    /** Seals with a new key from now on; with {@code full}, what older keys sealed is sealed anew too. */
    void rotate(boolean full, Consumer<Reply<DataKey>> then) {
        making = true;
        String id = Ids.random(loop.random());
        String newRoot = Ids.random(loop.random());
        var snapshot = store.snapshot();
        loop.<Ciphertext>offload(
                "make-data-key",
                () -> SealingKey.create(id, random).wrap(rootKey(snapshot, newRoot), random),
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Ciphertext> made ->
                            proposals.propose(new Command.PutDataKey(id, made.value(), full, loop.now()), reply -> {
                                making = false;
                                then.accept(rotated(id, reply));
                            });
                        case Loop.Outcome.Failed<Ciphertext> failed -> {
                            making = false;
                            LOG.log(Level.ERROR, "making a data key failed", failed.reason());
                            then.accept(Reply.unavailable(
                                    "no key could be made: " + failed.reason().getMessage()));
                        }
                    }
                });
    }

    private Reply<DataKey> rotated(String id, Reply<Long> reply) {
        return switch (reply) {
            case Reply.Done<Long> done ->
                store.snapshot()
                        .dataKey(id)
                        .<Reply<DataKey>>map(key -> new Reply.Done<>(key, done.index()))
                        .orElseGet(() -> Reply.unavailable("the new key was removed again at once"));
            case Reply.Refused<Long> refused -> Reply.refused(refused.refusal());
        };
    }

    /** The root key that wraps already, or a new one. */
    private SealingKey rootKey(Snapshot snapshot, String newId) throws IOException {
        var active = snapshot.activeDataKey();
        if (active.isPresent()) {
            return knownRootKey(active.get().wrapped().keyId());
        }
        var created = SealingKey.create(newId, random);
        rootKeys.write(created);
        return created;
    }

    private SealingKey knownRootKey(String id) throws IOException {
        return rootKeys.read(id)
                .orElseThrow(() -> new IOException("this server does not have the root key of its cluster: put "
                        + rootKeys.place(id) + " there, from a backup or another server"));
    }

    private SealingKey opened(DataKey key) throws IOException {
        var known = open.get(key.id());
        if (known != null) {
            return known;
        }
        try {
            var unwrapped = knownRootKey(key.wrapped().keyId()).unwrap(key.id(), key.wrapped());
            open.put(key.id(), unwrapped);
            return unwrapped;
        } catch (SealBrokenException broken) {
            throw new IOException("key " + key.id() + " of the keyring cannot be opened: " + broken.getMessage());
        }
    }

    /** Seals the content of a variable with the key that is active now. */
    Ciphertext seal(VariableKey variable, VariableItems items) throws IOException {
        return SealedItems.seal(opened(active()), variable, items, random);
    }

    /** Seals bytes for a place with the key that is active now; what is sealed opens for that place only. */
    Ciphertext seal(String place, byte[] clear) throws IOException {
        return opened(active()).seal(clear, place, random);
    }

    /** Opens what was sealed for a place. */
    byte[] open(String place, Ciphertext sealed) throws IOException {
        var key = store.snapshot()
                .dataKey(sealed.keyId())
                .orElseThrow(() ->
                        new IOException(place + " was sealed with key " + sealed.keyId() + ", which was removed"));
        try {
            return opened(key).open(sealed, place);
        } catch (SealBrokenException broken) {
            throw new IOException(place + " cannot be opened: " + broken.getMessage(), broken);
        }
    }

    private DataKey active() throws IOException {
        return store.snapshot()
                .activeDataKey()
                .orElseThrow(() -> new IOException("the keyring is not ready yet; try again"));
    }

    /** The content of a variable in clear. */
    public VariableItems open(Variable variable) throws IOException {
        String id = variable.items().keyId();
        var key = store.snapshot()
                .dataKey(id)
                .orElseThrow(() -> new IOException(
                        "variable " + variable.key() + " was sealed with key " + id + ", which was removed"));
        try {
            return SealedItems.open(opened(key), variable.key(), variable.items());
        } catch (SealBrokenException broken) {
            throw new IOException("variable " + variable.key() + " cannot be opened: " + broken.getMessage());
        }
    }

    /** Forgets a key; refused while something is sealed with it, unless forced. */
    void remove(String id, boolean force, Consumer<Reply<Long>> then) {
        proposals.propose(new Command.RemoveDataKey(id, force, loop.now()), then);
    }

    /** A variable's content under the active key. */
    Optional<Command.Resealed> resealed(Variable variable) {
        try {
            return Optional.of(
                    new Command.Resealed(variable.key(), variable.modifyIndex(), seal(variable.key(), open(variable))));
        } catch (IOException closed) {
            LOG.log(Level.WARNING, "not sealed anew reason=" + closed.getMessage());
            return Optional.empty();
        }
    }
}
