package dev.steppe.client.driver;

import dev.steppe.io.process.CommandSession;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * Runs tasks of one kind. A started task belongs to the machine and not to the agent: its handle, kept by the caller as
 * text, is enough to adopt it after the agent restarted. Methods may block and are called from any thread but a loop's;
 * for one handle the caller does not overlap start, recover, stop and destroy.
 */
public interface Driver {

    /** The name job files use, for example {@code raw_exec}. */
    String name();

    /** Looks at the machine: can this driver run tasks here, and with what. */
    DriverFingerprint fingerprint();

    /** How tasks of this driver see the machine; a plain process sees it as it is. */
    default TaskView view(TaskDirectories directories) {
        return new TaskView(directories.shared(), directories.local(), directories.secrets(), true);
    }

    /** Names every unknown or wrong key of a task's {@code config}; an empty list means it is accepted. */
    List<String> validate(SortedMap<String, Object> config);

    /** Starts the task; when it fails, nothing of it is left running. */
    DriverHandle start(TaskContext task) throws DriverException;

    /** The same, with somebody to be told of what takes long. */
    default DriverHandle start(TaskContext task, StartProgress progress) throws DriverException {
        return start(task);
    }

    /** Takes over a task started by an earlier agent, running or ended; refuses when the machine has no trace of it. */
    void recover(DriverHandle handle) throws DriverException;

    /** A task that was started for these directories by an agent that died before it could keep the handle. */
    Optional<DriverHandle> find(TaskDirectories directories) throws DriverException;

    /** Calls back once, on any thread, when the task has ended; also for one that ended while no agent ran. */
    void watch(DriverHandle handle, Consumer<ExitResult> then);

    /**
     * Asks the task to end with the named signal, waits at most the timeout, then kills it with all it started. Returns
     * when it has ended; a task that had ended already is no failure.
     */
    void stop(DriverHandle handle, String signal, Duration killTimeout) throws DriverException;

    /** Sends a signal by name, for example {@code SIGHUP}. */
    void signal(DriverHandle handle, String signal) throws DriverException;

    /** Runs a command inside the running task: where it runs, as its user, with its environment. */
    default CommandSession enter(DriverHandle handle, CommandSession.Wish wish, CommandSession.Output output)
            throws DriverException {
        throw DriverException.refused("driver " + name() + " cannot run commands inside its tasks");
    }

    /** What the task used since it started, and uses now. */
    TaskUsage usage(DriverHandle handle) throws DriverException;

    /** Kills what is left and removes control groups, containers and private files. Idempotent. */
    void destroy(DriverHandle handle) throws DriverException;
}
