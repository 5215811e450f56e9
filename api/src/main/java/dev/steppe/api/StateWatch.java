package dev.steppe.api;

import dev.steppe.api.http.Answer;
import dev.steppe.io.TaskScope;
import dev.steppe.state.Event;
import dev.steppe.state.Interest;
import dev.steppe.state.Snapshot;
import dev.steppe.state.Store;
import dev.steppe.state.Watchers;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Wakes waiting reads when something they look at changes. To be registered as a listener of the store it reads. The
 * applying thread only takes the waiters out; they are called on a virtual thread. Safe for use from any thread.
 */
public final class StateWatch implements Store.Listener {
    private final Supplier<Snapshot> newest;
    private final TaskScope scope;
    private final Watchers<Waiter> waiters = new Watchers<>();

    /** {@code newest} gives the snapshot whose changes are told to this listener. */
    public StateWatch(Supplier<Snapshot> newest, TaskScope scope) {
        this.newest = newest;
        this.scope = scope;
    }

    private static final class Waiter {
        private final Runnable changed;
        private final List<Interest> interests;

        private Waiter(Runnable changed, List<Interest> interests) {
            this.changed = changed;
            this.interests = interests;
        }
    }

    /** A watch that fires once one of the interests has a change newer than the index seen. */
    public Answer.Watch after(long seenIndex, List<Interest> interests) {
        return changed -> watch(seenIndex, changed, List.copyOf(interests));
    }

    private Answer.Cancellation watch(long seenIndex, Runnable changed, List<Interest> interests) {
        var waiter = new Waiter(changed, interests);
        synchronized (waiters) {
            var snapshot = newest.get();
            if (interests.stream().allMatch(interest -> interest.index(snapshot) <= seenIndex)) {
                waiters.add(waiter, interests);
                return () -> forget(waiter);
            }
        }
        changed.run();
        return () -> {};
    }

    private void forget(Waiter waiter) {
        synchronized (waiters) {
            waiters.remove(waiter, waiter.interests);
        }
    }

    /** How many reads wait now, counted once per interest. */
    public int waiting() {
        synchronized (waiters) {
            return waiters.size();
        }
    }

    @Override
    public void applied(Snapshot after, List<Event> events) {
        Set<Waiter> woken;
        synchronized (waiters) {
            woken = waiters.concerned(events);
            woken.forEach(this::forget);
        }
        if (!woken.isEmpty() && !scope.isClosed()) {
            scope.startVirtual("wake-waiters", () -> woken.forEach(waiter -> waiter.changed.run()));
        }
    }
}
