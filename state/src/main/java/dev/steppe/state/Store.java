package dev.steppe.state;

import dev.steppe.model.codec.CodecException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The replicated state machine: commands in, snapshots out. Commands are applied by one thread, in the order of the log;
 * the newest snapshot may be taken from any thread. Listeners are called by the applying thread and must be quick.
 */
public final class Store {
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile Snapshot current = Snapshot.empty();

    /** Learns of every applied command. */
    @FunctionalInterface
    public interface Listener {
        void applied(Snapshot after, List<Event> events);
    }

    /** What became of a command. */
    public sealed interface Result {
        /** The index the command has in the state. */
        long index();

        /** What became of its operations, when it was a transaction on keys. */
        KeyOutcome keys();

        record Applied(long index, KeyOutcome keys) implements Result {}

        /**
         * It changed nothing, on any server.
         *
         * @param fault true when not the state is in its way but this program: it cannot read the command, or fails
         *     within it
         */
        record Refused(long index, String reason, KeyOutcome keys, boolean fault) implements Result {}
    }

    private static final KeyOutcome NO_KEYS = new KeyOutcome(List.of(), List.of());

    /** The newest snapshot. */
    public Snapshot snapshot() {
        return current;
    }

    public void listen(Listener listener) {
        listeners.add(listener);
    }

    /**
     * Applies a replicated command. A command this program cannot read is refused, not skipped silently: the refusal is
     * its result on every server of the same version.
     */
    public Result apply(byte[] encoded) {
        try {
            return apply(Command.decode(encoded));
        } catch (CodecException unreadable) {
            return new Result.Refused(current.index(), "unreadable command: " + unreadable.getMessage(), NO_KEYS, true);
        }
    }

    /**
     * Applies a command. One that fails inside is a bug, but a bug that would stop every server again at every start:
     * it is refused instead, the same on every server of this version, and changes nothing.
     *
     * @throws LogFormat.TooNewException where the log goes on in a format that this program does not understand
     */
    public Result apply(Command command) {
        var before = current;
        var draft = new Draft(before);
        var applier = new Applier(before, draft);
        Optional<String> refusal;
        try {
            refusal = applier.apply(command);
        } catch (LogFormat.TooNewException newer) {
            throw newer;
        } catch (RuntimeException bug) {
            var reason = "the command " + command.getClass().getSimpleName()
                    + " cannot be applied (a fault of this program): " + bug;
            return new Result.Refused(before.index(), reason, NO_KEYS, true);
        }
        if (refusal.isPresent()) {
            return new Result.Refused(before.index(), refusal.get(), applier.keyOutcome(), false);
        }
        var after = new Snapshot(draft);
        current = after;
        publish(after, draft.events);
        return new Result.Applied(after.index(), applier.keyOutcome());
    }

    /** The state as a command would make it, were it carried out; what would be refused changes nothing. */
    public static Snapshot supposing(Snapshot before, Command command) {
        var draft = new Draft(before);
        return new Applier(before, draft).apply(command).isPresent() ? before : new Snapshot(draft);
    }

    /** Takes over a restored snapshot in place of the current one. */
    public void restore(Snapshot restored) {
        current = restored;
        publish(
                restored,
                java.util.Arrays.stream(Table.values())
                        .<Event>map(Event.Other::new)
                        .toList());
    }

    private void publish(Snapshot after, List<Event> events) {
        for (Listener listener : listeners) {
            listener.applied(after, events);
        }
    }
}
