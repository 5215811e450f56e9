package dev.steppe.client.allocation;

import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.client.driver.StartProgress;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.io.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/**
 * What one task's driver and hooks are asked, each away from the loop since it may block; the answers come on the loop. It
 * knows nothing of the task's phases.
 */
final class TaskProgram {
    private final Loop loop;
    private final String task;
    private final Driver driver;
    private final TaskSteps steps;

    TaskProgram(Loop loop, String task, Driver driver, TaskSteps steps) {
        this.loop = loop;
        this.task = task;
        this.driver = driver;
        this.steps = steps;
    }

    /** Makes what the driver needs. May block. */
    @FunctionalInterface
    interface Context {
        TaskContext make() throws DriverException;
    }

    private interface Blocking {
        void run() throws Exception;
    }

    void prepare(
            SortedMap<String, TaskHook.Prepared> before,
            Consumer<TaskSteps.Progress> done,
            Consumer<Exception> failed) {
        ask("prepare", () -> steps.prepare(before), done, failed);
    }

    void start(Context context, StartProgress progress, Consumer<DriverHandle> done, Consumer<Exception> failed) {
        ask(
                "start",
                () -> {
                    var begun = driver.start(context.make(), progress);
                    steps.running();
                    return begun;
                },
                done,
                failed);
    }

    /** Looks for a program that an earlier agent started without getting to write down its handle. */
    void find(Optional<TaskDirectories> directories, Consumer<Optional<DriverHandle>> done) {
        ask(
                "find",
                () -> directories.isPresent() ? driver.find(directories.get()) : Optional.<DriverHandle>empty(),
                done,
                unknown -> done.accept(Optional.empty()));
    }

    void recover(DriverHandle kept, Runnable done, Consumer<Exception> failed) {
        act(
                "adopt",
                () -> {
                    driver.recover(kept);
                    steps.running();
                },
                failure -> failure.ifPresentOrElse(failed, done));
    }

    void signal(DriverHandle running, String signal, Consumer<Optional<Exception>> done) {
        act("signal", () -> driver.signal(running, signal), done);
    }

    /** Runs a command inside; tells why it failed, if it did. */
    void run(DriverHandle running, List<String> command, Duration atMost, Consumer<String> failed) {
        ask(
                "run",
                () -> InsideCommand.run(driver, running, command, atMost),
                why -> why.ifPresent(failed),
                broken -> failed.accept(String.valueOf(broken.getMessage())));
    }

    void stop(DriverHandle running, String signal, Duration timeout, Consumer<Optional<Exception>> done) {
        act("stop", () -> driver.stop(running, signal, timeout), done);
    }

    /** Removes what is left of a program that ended. */
    void clean(Optional<DriverHandle> ended, Consumer<Optional<Exception>> done) {
        act(
                "clean",
                () -> {
                    if (ended.isPresent()) {
                        driver.destroy(ended.get());
                    }
                    steps.ended();
                },
                done);
    }

    void release(Runnable done) {
        act("release", steps::release, anyhow -> done.run());
    }

    private void act(String what, Blocking work, Consumer<Optional<Exception>> done) {
        Callable<Boolean> call = () -> {
            work.run();
            return true;
        };
        ask(what, call, worked -> done.accept(Optional.empty()), failure -> done.accept(Optional.of(failure)));
    }

    private <T> void ask(String what, Callable<T> work, Consumer<T> done, Consumer<Exception> failed) {
        loop.<T>offload(what + "-" + task, work, outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<T> answer -> done.accept(answer.value());
                case Loop.Outcome.Failed<T> failure -> failed.accept(failure.reason());
            }
        });
    }
}
