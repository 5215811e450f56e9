package dev.steppe.client.driver;

import dev.steppe.io.process.CommandSession;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** What drivers have in common whose tasks are processes of this machine: everything but how one is started. */
abstract sealed class ProcessDriver implements Driver permits ExecDriver, JavaDriver, RawExecDriver {
    private final ProcessTasks tasks;

    ProcessDriver(ProcessTasks tasks) {
        this.tasks = tasks;
    }

    final ProcessTasks tasks() {
        return tasks;
    }

    @Override
    public final void recover(DriverHandle handle) throws DriverException {
        tasks.recover(handle);
    }

    @Override
    public final Optional<DriverHandle> find(TaskDirectories directories) throws DriverException {
        return tasks.find(name(), directories.driverState());
    }

    @Override
    public final void watch(DriverHandle handle, Consumer<ExitResult> then) {
        tasks.watch(handle, then);
    }

    @Override
    public final void stop(DriverHandle handle, String signal, Duration killTimeout) throws DriverException {
        tasks.stop(handle, signal, killTimeout);
    }

    @Override
    public final void signal(DriverHandle handle, String signal) throws DriverException {
        tasks.signal(handle, signal);
    }

    @Override
    public final CommandSession enter(DriverHandle handle, CommandSession.Wish wish, CommandSession.Output output)
            throws DriverException {
        return tasks.enter(handle, wish, output);
    }

    @Override
    public final TaskUsage usage(DriverHandle handle) throws DriverException {
        return tasks.usage(handle);
    }

    @Override
    public final void destroy(DriverHandle handle) throws DriverException {
        tasks.destroy(handle);
    }
}
