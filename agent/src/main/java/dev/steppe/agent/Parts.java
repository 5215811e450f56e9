package dev.steppe.agent;

import java.util.ArrayDeque;
import java.util.Deque;

/** What an agent has started, in order. The end goes the other way; a part that will not end does not keep the others. */
final class Parts implements AutoCloseable {
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /** From now on this is ended with the others. */
    <T extends AutoCloseable> T add(T part) {
        started.push(part);
        return part;
    }

    /** Ends everything in reverse order. Idempotent. */
    @Override
    public void close() {
        while (!started.isEmpty()) {
            var part = started.pop();
            try {
                part.close();
            } catch (Exception failed) {
                System.getLogger(Parts.class.getName())
                        .log(System.Logger.Level.WARNING, "stopping a part failed part=" + part.getClass(), failed);
            }
        }
    }
}
