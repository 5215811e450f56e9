package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.io.TaskScope;
import dev.steppe.state.Event;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.state.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Wakes waiting reads when a table they look at changes. To be registered as a listener of the store it reads. The
 * applying thread only takes the waiters out; they are called on a virtual thread. Safe for use from any thread.
 */
public final class StateWatch implements Store.Listener {
    private final Supplier<Snapshot> newest;
    private final TaskScope scope;
    private final Map<Table, Set<Waiter>> waiters = new EnumMap<>(Table.class);

    /** {@code newest} gives the snapshot whose changes are told to this listener. */
    public StateWatch(Supplier<Snapshot> newest, TaskScope scope) {
        this.newest = newest;
        this.scope = scope;
        for (var table : Table.values()) {
            waiters.put(table, new LinkedHashSet<>());
        }
    }

    private static final class Waiter {
        private final Runnable changed;
        private final Table[] tables;

        private Waiter(Runnable changed, Table[] tables) {
            this.changed = changed;
            this.tables = tables;
        }
    }

    /** A watch that fires once one of the tables has a change newer than the index seen. */
    public Answer.Watch after(long seenIndex, Table... tables) {
        return changed -> watch(seenIndex, changed, tables.clone());
    }

    private Answer.Cancellation watch(long seenIndex, Runnable changed, Table[] tables) {
        var waiter = new Waiter(changed, tables);
        synchronized (waiters) {
            if (newest.get().index(tables) <= seenIndex) {
                for (var table : tables) {
                    waitersOf(table).add(waiter);
                }
                return () -> forget(waiter);
            }
        }
        changed.run();
        return () -> {};
    }

    private void forget(Waiter waiter) {
        synchronized (waiters) {
            for (var table : waiter.tables) {
                waitersOf(table).remove(waiter);
            }
        }
    }

    private Set<Waiter> waitersOf(Table table) {
        return waiters.getOrDefault(table, new LinkedHashSet<>());
    }

    /** How many reads wait now, counted per table. */
    public int waiting() {
        synchronized (waiters) {
            return waiters.values().stream().mapToInt(Set::size).sum();
        }
    }

    @Override
    public void applied(Snapshot after, List<Event> events) {
        var changed = EnumSet.noneOf(Table.class);
        events.forEach(event -> changed.add(event.table()));
        var woken = new LinkedHashSet<Waiter>();
        synchronized (waiters) {
            for (var table : changed) {
                woken.addAll(waitersOf(table));
            }
            woken.forEach(this::forget);
        }
        if (!woken.isEmpty() && !scope.isClosed()) {
            var toRun = new ArrayList<>(woken);
            scope.startVirtual("wake-waiters", () -> toRun.forEach(waiter -> waiter.changed.run()));
        }
    }
}
