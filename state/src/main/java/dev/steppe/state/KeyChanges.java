package dev.steppe.state;

import dev.steppe.model.data.KeyEntry;
import dev.steppe.model.data.KeyOperation;
import dev.steppe.model.data.Session;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Applies commands about keys and sessions to a draft. */
final class KeyChanges {
    private final Draft draft;
    private final Instant at;

    KeyChanges(Draft draft, Instant at) {
        this.draft = draft;
        this.at = at;
    }

    /** Carries out all operations in order. When one fails, the draft must be thrown away. */
    KeyOutcome run(List<KeyOperation> operations) {
        var read = new ArrayList<KeyOutcome.Result>();
        var failures = new ArrayList<KeyOutcome.Failure>();
        for (int i = 0; i < operations.size(); i++) {
            int position = i;
            apply(operations.get(i), i, read)
                    .ifPresent(reason -> failures.add(new KeyOutcome.Failure(position, reason)));
        }
        return new KeyOutcome(failures.isEmpty() ? read : List.of(), failures);
    }

    /** Why it cannot be, or empty when it is done. */
    private Optional<String> apply(KeyOperation operation, int position, List<KeyOutcome.Result> read) {
        String key = operation.key();
        var existing = draft.keys.get(key);
        long index = existing.map(KeyEntry::modifyIndex).orElse(0L);
        return switch (operation) {
            case KeyOperation.Set set -> {
                put(key, set.value(), set.flags(), Optional.empty());
                yield written(key, position, read);
            }
            case KeyOperation.SetAt set -> {
                if (set.index() != index) {
                    yield Optional.of("failed to set key \"" + key + "\", index is stale: it is " + index);
                }
                put(key, set.value(), set.flags(), Optional.empty());
                yield written(key, position, read);
            }
            case KeyOperation.Acquire acquire -> acquire(acquire).or(() -> written(key, position, read));
            case KeyOperation.Release release -> release(release).or(() -> written(key, position, read));
            case KeyOperation.Delete delete -> {
                existing.ifPresent(this::remove);
                yield Optional.empty();
            }
            case KeyOperation.DeleteAt delete -> {
                if (existing.isPresent() && delete.index() != index) {
                    yield Optional.of("failed to delete key \"" + key + "\", index is stale: it is " + index);
                }
                existing.ifPresent(this::remove);
                yield Optional.empty();
            }
            case KeyOperation.DeleteTree delete -> {
                draft.keys.under(key).forEach(this::remove);
                yield Optional.empty();
            }
            case KeyOperation.Read wish ->
                existing.isPresent()
                        ? found(existing.get(), position, read)
                        : Optional.of("key \"" + key + "\" doesn't exist");
            case KeyOperation.ReadIfThere wish -> {
                read.add(new KeyOutcome.Result(
                        position, existing.orElse(new KeyEntry(key, new byte[0], 0, 0, "", 0, 0)), true));
                yield Optional.empty();
            }
            case KeyOperation.ReadTree wish -> {
                draft.keys.under(key).forEach(entry -> read.add(new KeyOutcome.Result(position, entry, true)));
                yield Optional.empty();
            }
            case KeyOperation.CheckIndex check ->
                unless(
                        existing.isPresent() && check.index() == index,
                        existing.isPresent()
                                ? "current modify index " + index + " of key \"" + key + "\" is not " + check.index()
                                : "key \"" + key + "\" doesn't exist",
                        existing,
                        position,
                        read);
            case KeyOperation.CheckSession check ->
                unless(
                        existing.filter(it -> it.session().equals(check.session()))
                                .isPresent(),
                        "session \"" + check.session() + "\" does not hold key \"" + key + "\"",
                        existing,
                        position,
                        read);
            case KeyOperation.CheckAbsent check ->
                existing.isPresent() ? Optional.of("key \"" + key + "\" exists") : Optional.empty();
        };
    }

    private static Optional<String> unless(
            boolean holds, String reason, Optional<KeyEntry> existing, int position, List<KeyOutcome.Result> read) {
        if (!holds) {
            return Optional.of(reason);
        }
        existing.ifPresent(entry -> read.add(new KeyOutcome.Result(position, entry, false)));
        return Optional.empty();
    }

    private static Optional<String> found(KeyEntry entry, int position, List<KeyOutcome.Result> read) {
        read.add(new KeyOutcome.Result(position, entry, true));
        return Optional.empty();
    }

    private Optional<String> written(String key, int position, List<KeyOutcome.Result> read) {
        draft.keys.get(key).ifPresent(entry -> read.add(new KeyOutcome.Result(position, entry, false)));
        return Optional.empty();
    }

    private Optional<String> acquire(KeyOperation.Acquire wish) {
        if (draft.keys.session(wish.session()).isEmpty()) {
            return Optional.of("invalid session \"" + wish.session() + "\"");
        }
        var holder = draft.keys.get(wish.key()).map(KeyEntry::session).orElse("");
        if (!holder.isEmpty() && !holder.equals(wish.session())) {
            return Optional.of("failed to lock key \"" + wish.key() + "\", lock is already held");
        }
        if (draft.keys.isDelayed(wish.key(), at)) {
            return Optional.of("failed to lock key \"" + wish.key() + "\" due to lock delay");
        }
        put(wish.key(), wish.value(), wish.flags(), Optional.of(wish.session()));
        return Optional.empty();
    }

    private Optional<String> release(KeyOperation.Release wish) {
        if (draft.keys.session(wish.session()).isEmpty()) {
            return Optional.of("invalid session \"" + wish.session() + "\"");
        }
        var existing = draft.keys.get(wish.key());
        if (existing.filter(it -> it.session().equals(wish.session())).isEmpty()) {
            return Optional.of(
                    "failed to unlock key \"" + wish.key() + "\", lock isn't held, or is held by another session");
        }
        put(wish.key(), wish.value(), wish.flags(), Optional.of(""));
        return Optional.empty();
    }

    /** Without a session the holder stays. What changes nothing leaves the key as it is, and wakes nobody. */
    private void put(String key, byte[] value, long flags, Optional<String> session) {
        var existing = draft.keys.get(key);
        String holder = session.orElse(existing.map(KeyEntry::session).orElse(""));
        boolean same = existing.filter(
                        it -> it.flags() == flags && it.session().equals(holder) && Arrays.equals(it.value(), value))
                .isPresent();
        if (same) {
            return;
        }
        boolean acquired =
                !holder.isEmpty() && !existing.map(KeyEntry::session).orElse("").equals(holder);
        long lockIndex = existing.map(KeyEntry::lockIndex).orElse(0L) + (acquired ? 1 : 0);
        draft.keys = draft.keys.put(new KeyEntry(
                key,
                value,
                flags,
                lockIndex,
                holder,
                existing.map(KeyEntry::createIndex).orElse(draft.index),
                draft.index));
        draft.publish(new Event.KeyChanged(key));
    }

    private void remove(KeyEntry entry) {
        draft.keys = draft.keys.remove(entry, draft.index, at);
        draft.publish(new Event.KeyChanged(entry.key()));
    }

    Optional<String> create(Session session) {
        draft.keys = draft.keys.put(session.stored(draft.index));
        draft.publish(new Event.Other(Table.SESSIONS));
        return Optional.empty();
    }

    /** The end of a session lets go of what it held, and keeps it from others for the session's lock delay. */
    Optional<String> destroy(String id) {
        var session = draft.keys.session(id);
        if (session.isEmpty()) {
            return Optional.of("there is no session " + id);
        }
        draft.keys = draft.keys.withoutDelaysBefore(at);
        for (KeyEntry held : draft.keys.heldBy(id)) {
            switch (session.get().behavior()) {
                case RELEASE -> {
                    draft.keys = draft.keys.put(held.released(draft.index));
                    draft.publish(new Event.KeyChanged(held.key()));
                }
                case DELETE -> remove(held);
            }
            if (!session.get().lockDelay().isZero()) {
                draft.keys = draft.keys.put(
                        new KeySpace.LockDelay(held.key(), at.plus(session.get().lockDelay())));
            }
        }
        draft.keys = draft.keys.remove(session.get());
        draft.publish(new Event.Other(Table.SESSIONS));
        return Optional.empty();
    }

    /** From here on, a key that is not there may have been removed at any index up to this one. */
    Optional<String> reap(long upTo) {
        draft.keys = draft.keys.reap(upTo);
        draft.publish(new Event.Other(Table.KEY_TOMBSTONES));
        return Optional.empty();
    }
}
