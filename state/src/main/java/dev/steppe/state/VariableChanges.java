package dev.steppe.state;

import dev.steppe.model.AuthorityRoot;
import dev.steppe.model.data.Ciphertext;
import dev.steppe.model.data.DataKey;
import dev.steppe.model.data.Variable;
import dev.steppe.model.data.VariableKey;
import dev.steppe.model.data.VariableLock;
import java.time.Instant;
import java.util.Optional;

/** Applies commands about variables, their locks and the keys that seal them to a draft. */
final class VariableChanges {
    private final Draft draft;
    private final Instant at;

    VariableChanges(Draft draft, Instant at) {
        this.draft = draft;
        this.at = at;
    }

    Optional<String> put(Command.PutVariable command) {
        var existing = draft.variables.get(command.key());
        var objection = objection(existing, command.key(), command.checkIndex(), command.lock());
        if (objection.isPresent()) {
            return objection;
        }
        store(
                command.key(),
                command.items(),
                existing.flatMap(Variable::lock),
                existing,
                existing.map(Variable::lockableFrom).orElse(Instant.EPOCH));
        return Optional.empty();
    }

    Optional<String> delete(Command.DeleteVariable command) {
        var existing = draft.variables.get(command.key());
        var objection = objection(existing, command.key(), command.checkIndex(), command.lock());
        if (objection.isPresent()) {
            return objection;
        }
        if (existing.isPresent()) {
            draft.variables = draft.variables.remove(command.key());
            draft.publish(new Event.VariableChanged(command.key()));
        }
        return Optional.empty();
    }

    private static Optional<String> objection(
            Optional<Variable> existing, VariableKey key, Optional<Long> checkIndex, String lock) {
        long index = existing.map(Variable::modifyIndex).orElse(0L);
        if (checkIndex.isPresent() && checkIndex.get() != index) {
            return Optional.of("variable " + key + " has index " + index + ", not " + checkIndex.get());
        }
        String holder = existing.map(Variable::lockId).orElse("");
        if (!holder.equals(lock)) {
            return Optional.of(
                    holder.isEmpty()
                            ? "variable " + key + " is not locked any more"
                            : "variable " + key + " is locked by somebody else");
        }
        return Optional.empty();
    }

    /** Who holds the lock already may take it again, with other terms. */
    Optional<String> lock(Command.LockVariable command) {
        var existing = draft.variables.get(command.key());
        var wish = command.lock();
        String holder = existing.map(Variable::lockId).orElse("");
        if (!holder.isEmpty() && !holder.equals(wish.id())) {
            return Optional.of("variable " + command.key() + " is locked by somebody else");
        }
        boolean delayed = existing.map(it -> it.lockableFrom().isAfter(at)).orElse(false);
        if (delayed) {
            return Optional.of("the last holder of variable " + command.key() + " was lost, its delay is not over");
        }
        var items =
                existing.filter(it -> command.keepItems()).map(Variable::items).orElse(command.items());
        store(command.key(), items, Optional.of(wish), existing, Instant.EPOCH);
        return Optional.empty();
    }

    Optional<String> unlock(Command.UnlockVariable command) {
        var existing = draft.variables.get(command.key());
        boolean holds = existing.flatMap(Variable::lock)
                .filter(lock -> lock.id().equals(command.lock()))
                .isPresent();
        if (!holds) {
            return Optional.of("variable " + command.key() + " is not locked by " + command.lock());
        }
        var variable = existing.get();
        var delay = variable.lock().map(VariableLock::delay).orElseThrow();
        store(
                variable.key(),
                variable.items(),
                Optional.empty(),
                existing,
                command.lost() ? at.plus(delay) : Instant.EPOCH);
        return Optional.empty();
    }

    private void store(
            VariableKey key,
            Ciphertext items,
            Optional<VariableLock> lock,
            Optional<Variable> existing,
            Instant lockableFrom) {
        draft.variables = draft.variables.put(
                key,
                new Variable(
                        key,
                        items,
                        lock,
                        lockableFrom,
                        existing.map(Variable::createTime).orElse(at),
                        at,
                        existing.map(Variable::createIndex).orElse(draft.index),
                        draft.index));
        draft.publish(new Event.VariableChanged(key));
    }

    /** The key seals from now on; the one before only opens, or is to be replaced everywhere. */
    Optional<String> put(Command.PutDataKey command) {
        var before = command.rekey() ? DataKey.State.REKEYING : DataKey.State.INACTIVE;
        for (DataKey key : draft.dataKeys) {
            boolean retires =
                    key.state() == DataKey.State.ACTIVE || (command.rekey() && key.state() == DataKey.State.INACTIVE);
            if (retires) {
                draft.dataKeys = draft.dataKeys.put(key.id(), key.with(before, draft.index));
            }
        }
        draft.dataKeys = draft.dataKeys.put(
                command.id(),
                new DataKey(command.id(), command.wrapped(), DataKey.State.ACTIVE, at, draft.index, draft.index));
        draft.publish(new Event.Other(Table.DATA_KEYS));
        return Optional.empty();
    }

    /** Content stays as it was, and so do the indexes. A variable that changed meanwhile was sealed anew anyway. */
    Optional<String> reseal(Command.ResealVariables command) {
        for (Command.Resealed resealed : command.variables()) {
            draft.variables
                    .get(resealed.key())
                    .filter(variable -> variable.modifyIndex() == resealed.modifyIndex())
                    .ifPresent(variable -> draft.variables =
                            draft.variables.put(variable.key(), variable.sealedAnew(resealed.items())));
        }
        for (String id : command.done()) {
            draft.dataKeys
                    .get(id)
                    .filter(key -> key.state() == DataKey.State.REKEYING && !isUsed(id))
                    .ifPresent(key ->
                            draft.dataKeys = draft.dataKeys.put(id, key.with(DataKey.State.INACTIVE, draft.index)));
        }
        draft.publish(new Event.Other(Table.DATA_KEYS));
        return Optional.empty();
    }

    Optional<String> remove(Command.RemoveDataKey command) {
        var key = draft.dataKeys.get(command.id());
        if (key.isEmpty()) {
            return Optional.of("there is no key " + command.id());
        }
        if (key.get().state() == DataKey.State.ACTIVE) {
            return Optional.of("key " + command.id() + " is active; rotate the keyring first");
        }
        if (opensAuthority(command.id())) {
            return Optional.of("key " + command.id()
                    + " still opens the certificate authority; seal it anew with a full rotation first");
        }
        if (isUsed(command.id()) && !command.force()) {
            return Optional.of(
                    "key " + command.id() + " still opens variables; seal them anew with a full rotation first");
        }
        draft.dataKeys = draft.dataKeys.remove(command.id());
        draft.publish(new Event.Other(Table.DATA_KEYS));
        return Optional.empty();
    }

    /** Without it nobody could sign any more, so it does not go even when somebody insists. */
    private boolean opensAuthority(String keyId) {
        for (AuthorityRoot root : draft.roots) {
            if (root.sealedKey().map(Ciphertext::keyId).equals(Optional.of(keyId))) {
                return true;
            }
        }
        return false;
    }

    private boolean isUsed(String keyId) {
        if (opensAuthority(keyId)) {
            return true;
        }
        for (Variable variable : draft.variables) {
            if (variable.items().keyId().equals(keyId)) {
                return true;
            }
        }
        return false;
    }
}
