package dev.steppe.client.allocation;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** What a task's hooks and checks may ask of it while it lives. Callable from any thread; requests are carried out later. */
public interface TaskControl {

    /** Stops the task's program and starts it again. A task that does not run just now starts anyway: nothing happens. */
    void restart(Restart why);

    /** Sends the program a signal by name, such as {@code SIGHUP}. A task that does not run gets none. */
    void signal(String signal, String why);

    /**
     * Runs a command where the program runs, as its user and with its environment, and tells why it failed if it did. Nothing
     * happens when the task does not run.
     */
    void run(List<String> command, Duration atMost, Consumer<String> failed);

    /** Shows people what happens to the task. */
    void event(String type, String message);

    /** Waits at most this long; true as soon as the task is to end, when a hook that still prepares gives up. */
    boolean awaitStop(Duration atMost) throws InterruptedException;

    /**
     * A restart somebody asked for. One that {@code counts} uses up an attempt of the restart policy and follows its
     * delay, as after a failure; the others happen at once and are free.
     */
    record Restart(String reason, boolean counts) {
        /** The task does not do its work: counted as its own exit would be. */
        public static Restart unhealthy(String reason) {
            return new Restart(reason, true);
        }

        /** A person or a changed file wants it. */
        public static Restart wanted(String reason) {
            return new Restart(reason, false);
        }
    }
}
