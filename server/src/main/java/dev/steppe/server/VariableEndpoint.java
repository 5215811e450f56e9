package dev.steppe.server;

import dev.steppe.io.Loop;
import dev.steppe.model.Ids;
import dev.steppe.model.Refusal;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableItems;
import dev.steppe.model.data.VariableKey;
import dev.steppe.model.data.VariableLock;
import dev.steppe.state.Command;
import dev.steppe.state.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What may be asked about variables and the keyring that seals them. Methods may be called from any thread; replies come
 * on the server's loop.
 */
public final class VariableEndpoint {
    private final Loop loop;
    private final Store store;
    private final Proposals proposals;
    private final Keyring keyring;
    private final Renewals renewals;

    VariableEndpoint(Loop loop, Store store, Proposals proposals, Keyring keyring, Renewals renewals) {
        this.loop = loop;
        this.store = store;
        this.proposals = proposals;
        this.keyring = keyring;
        this.renewals = renewals;
    }

    /** A write: only if the variable has that index (0: is not there), and only by the holder of its lock. */
    public record Terms(Optional<Long> checkIndex, String lock) {
        public static final Terms NONE = new Terms(Optional.empty(), "");
    }

    /** What became of a write. */
    public sealed interface Outcome {
        /** It holds; the variable is as written, or gone. */
        record Written(Optional<Variable> variable) implements Outcome {}

        /** Somebody else was first; the variable is as they left it, or not there. */
        record Conflict(Optional<Variable> current, String reason) implements Outcome {}
    }

    /** The name under which a lock is renewed. */
    static String lockName(String lock) {
        return "lock " + lock;
    }

    public void put(VariableKey key, VariableItems items, Terms terms, Consumer<Reply<Outcome>> then) {
        var objection = VariableRules.objection(key).or(() -> VariableRules.objection(items));
        write(
                key,
                items,
                objection,
                content -> new Command.PutVariable(key, content, terms.checkIndex(), terms.lock(), loop.now()),
                then);
    }

    /** Deleting what is not there is done at once, unless an index was asked for. */
    public void delete(VariableKey key, Terms terms, Consumer<Reply<Outcome>> then) {
        loop.execute(() -> proposals.propose(
                new Command.DeleteVariable(key, terms.checkIndex(), terms.lock(), loop.now()),
                reply -> then.accept(outcome(key, reply))));
    }

    /**
     * Locks a variable, and makes it when it is not there; without items the content of one that is there stays. An empty
     * {@code lock} asks for a new lock, else the one that is held gets these terms.
     */
    public void acquire(
            VariableKey key,
            Optional<VariableItems> items,
            String lock,
            Duration ttl,
            Duration delay,
            Consumer<Reply<Outcome>> then) {
        loop.execute(() -> {
            var wish = new VariableLock(lock.isEmpty() ? Ids.random(loop.random()) : lock, ttl, delay);
            boolean unknown = !lock.isEmpty()
                    && !store.snapshot()
                            .variable(key)
                            .map(Variable::lockId)
                            .orElse("")
                            .equals(lock);
            if (unknown) {
                then.accept(conflict(key, "the lock " + lock + " is not held any more"));
                return;
            }
            var objection = VariableRules.objection(key)
                    .or(() -> items.flatMap(VariableRules::objection))
                    .or(() -> VariableRules.objection(wish));
            renewals.renew(lockName(wish.id()), loop.now());
            write(
                    key,
                    items.orElse(new VariableItems(Collections.emptySortedMap())),
                    objection,
                    content -> new Command.LockVariable(key, content, items.isEmpty(), wish, loop.now()),
                    then);
        });
    }

    public void release(VariableKey key, String lock, Consumer<Reply<Outcome>> then) {
        loop.execute(() -> proposals.propose(
                new Command.UnlockVariable(key, lock, false, loop.now()), reply -> then.accept(outcome(key, reply))));
    }

    /** Gives a lock its full time again. */
    public void renew(VariableKey key, String lock, Consumer<Reply<Outcome>> then) {
        loop.execute(() -> {
            var variable = store.snapshot().variable(key);
            if (variable.isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("variable not found: " + key)));
            } else if (lock.isEmpty() || !variable.get().lockId().equals(lock)) {
                then.accept(conflict(key, "the lock is not held any more"));
            } else {
                renewals.renew(lockName(lock), loop.now());
                then.accept(new Reply.Done<>(
                        new Outcome.Written(variable), variable.get().modifyIndex()));
            }
        });
    }

    /** Makes a new key that seals from now on; with {@code full}, for what is there already too. */
    public void rotate(boolean full, Consumer<Reply<DataKey>> then) {
        loop.execute(() -> keyring.rotate(full, then));
    }

    /** Forgets a key that is not active; unless forced, only one that nothing is sealed with. */
    public void removeKey(String id, boolean force, Consumer<Reply<Long>> then) {
        loop.execute(() -> {
            if (store.snapshot().dataKey(id).isEmpty()) {
                then.accept(Reply.refused(Refusal.notFound("there is no key " + id + " in the keyring")));
            } else {
                keyring.remove(id, force, then);
            }
        });
    }

    /** The content of a variable in clear. From any thread, at once. */
    public VariableItems open(Variable variable) throws IOException {
        return keyring.open(variable);
    }

    @FunctionalInterface
    private interface Write {
        Command of(Ciphertext content);
    }

    private void write(
            VariableKey key,
            VariableItems items,
            Optional<Refusal> objection,
            Write write,
            Consumer<Reply<Outcome>> then) {
        loop.execute(() -> {
            if (objection.isPresent()) {
                then.accept(Reply.refused(objection.get()));
                return;
            }
            try {
                proposals.propose(write.of(keyring.seal(key, items)), reply -> then.accept(outcome(key, reply)));
            } catch (IOException closed) {
                then.accept(Reply.unavailable(String.valueOf(closed.getMessage())));
            }
        });
    }

    private Reply<Outcome> outcome(VariableKey key, Reply<Long> reply) {
        return switch (reply) {
            case Reply.Done<Long> done ->
                new Reply.Done<>(new Outcome.Written(store.snapshot().variable(key)), done.index());
            case Reply.Refused<Long> refused
            when refused.refusal().code() == Refusal.Code.CONFLICT ->
                conflict(key, refused.refusal().message());
            case Reply.Refused<Long> refused -> Reply.refused(refused.refusal());
        };
    }

    private Reply<Outcome> conflict(VariableKey key, String reason) {
        var snapshot = store.snapshot();
        return new Reply.Done<>(new Outcome.Conflict(snapshot.variable(key), reason), snapshot.index());
    }
}
