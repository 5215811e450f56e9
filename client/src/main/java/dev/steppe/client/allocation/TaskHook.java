package dev.steppe.client.allocation;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One thing a task needs before its program starts, and what is to be undone after it: files, mounts, secrets, the
 * keeping of its output. Hooks are an ordered list; they are prepared in order before each start and undone in reverse
 * order. Methods may block and run away from the loop, one at a time per task. All are idempotent: after a crash of the
 * agent they are called again, {@link #ended} and {@link #release} also by an agent that prepared nothing.
 */
public interface TaskHook {

    /** Names what is kept of it on disk; never renamed. */
    String name();

    /** Before each start of the program. Gives up when the task is to end meanwhile ({@link TaskControl#awaitStop}). */
    Prepared prepare(TaskSite site) throws Failure, InterruptedException;

    /** The program runs: just started, or found running by a later agent. Must return soon. */
    default void running(TaskSite site) throws Failure, InterruptedException {}

    /** The program has ended, and perhaps starts again. */
    default void ended(TaskSite site) throws Failure, InterruptedException {}

    /** The task will not start again: everything but what people may want to read is removed. */
    default void release(TaskSite site) throws Failure, InterruptedException {}

    /**
     * What came of a preparation. A {@code lasting} one is kept on disk and not repeated for later starts of the same task;
     * the environment is added to the program's, and wins over the job's. What must not be on disk must not last.
     */
    record Prepared(boolean lasting, SortedMap<String, String> environment) {
        public Prepared {
            environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        }

        /** Done once and for all. */
        public static Prepared once() {
            return new Prepared(true, Collections.emptySortedMap());
        }

        /** To be done again before the next start. */
        public static Prepared eachTime() {
            return new Prepared(false, Collections.emptySortedMap());
        }
    }

    /**
     * A hook could not do its part; the message is for the operator. A recoverable one is tried again as the restart
     * policy says, any other fails the task.
     */
    final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        private final String event;
        private final boolean recoverable;

        /** {@code event} is the type under which people see it, such as {@code Failed Artifact Download}. */
        public Failure(String event, String message, boolean recoverable, Throwable cause) {
            super(message, cause);
            this.event = event;
            this.recoverable = recoverable;
        }

        public Failure(String event, String message, boolean recoverable) {
            super(message);
            this.event = event;
            this.recoverable = recoverable;
        }

        public String event() {
            return event;
        }

        public boolean recoverable() {
            return recoverable;
        }
    }
}
