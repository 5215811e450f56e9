package dev.steppe.client.allocation;

import dev.steppe.client.driver.Driver;
import dev.steppe.client.driver.DriverException;
import dev.steppe.client.driver.DriverHandle;
import dev.steppe.client.driver.ExitResult;
import dev.steppe.client.driver.TaskContext;
import dev.steppe.client.driver.TaskDirectories;
import dev.steppe.io.Loop;
import dev.steppe.model.Task;
import dev.steppe.model.TaskEvent;
import dev.steppe.model.TaskState;
import dev.steppe.model.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/**
 * One task of an allocation: started, watched, started again by its restart policy, stopped. Owned by the client's loop;
 * the driver's blocking calls run away from it. Phases: idle → starting → running → cleaning → (waiting → starting)* → dead, with
 * stopping between any of them and dead.
 */
final class TaskRunner {
    private final Loop loop;
    private final Driver driver;
    private final Task task;
    private final RestartTracker restarts;
    private final Callable<TaskContext> context;
    private final Runnable changed;
    private Phase phase = new Phase.Idle();
    private TaskState state;
    private Optional<DriverHandle> handle;
    private boolean stopWanted;

    /** Where a task is. Each phase holds only what it needs. */
    private sealed interface Phase {
        record Idle() implements Phase {}

        record Starting() implements Phase {}

        record Running() implements Phase {}

        record Cleaning() implements Phase {}

        record Waiting(Loop.Timer timer) implements Phase {}

        record Stopping() implements Phase {}

        record Dead() implements Phase {}
    }

    TaskRunner(
            Loop loop,
            Driver driver,
            Task task,
            RestartTracker restarts,
            Callable<TaskContext> context,
            TaskState state,
            Optional<DriverHandle> handle,
            Runnable changed) {
        this.loop = loop;
        this.driver = driver;
        this.task = task;
        this.restarts = restarts;
        this.context = context;
        this.state = state;
        this.handle = handle;
        this.changed = changed;
        if (state.status() == TaskStatus.DEAD) {
            phase = new Phase.Dead();
        }
    }

    TaskState state() {
        return state;
    }

    Optional<DriverHandle> handle() {
        return handle;
    }

    Task task() {
        return task;
    }

    Driver driver() {
        return driver;
    }

    boolean isDead() {
        return phase instanceof Phase.Dead;
    }

    void received() {
        event("Received", "Task received by client", Map.of());
        event("Task Setup", "Building Task Directory", Map.of());
    }

    /** Starts an idle task. */
    void start() {
        if (stopWanted || !(phase instanceof Phase.Idle || phase instanceof Phase.Waiting)) {
            return;
        }
        phase = new Phase.Starting();
        loop.<DriverHandle>offload("start-" + task.name(), () -> driver.start(context.call()), outcome -> {
            switch (outcome) {
                case Loop.Outcome.Done<DriverHandle> done -> started(done.value());
                case Loop.Outcome.Failed<DriverHandle> failed -> startFailed(failed.reason());
            }
        });
    }

    private void started(DriverHandle newHandle) {
        handle = Optional.of(newHandle);
        phase = new Phase.Running();
        state = with(TaskStatus.RUNNING, state.failed(), loop.now(), Instant.EPOCH);
        event("Started", "Task started by client", Map.of());
        driver.watch(newHandle, exit -> loop.execute(() -> exited(newHandle, exit)));
        if (stopWanted) {
            beginStop();
        }
    }

    private void startFailed(Exception reason) {
        boolean recoverable = !(reason instanceof DriverException refused) || refused.recoverable();
        String message = String.valueOf(reason.getMessage());
        event("Driver Failure", message, Map.of("driver_error", message));
        if (stopWanted) {
            die(false);
        } else if (!recoverable) {
            event("Not Restarting", "Error was unrecoverable", Map.of());
            die(true);
        } else {
            decide(restarts.afterFailure(loop.now(), loop.random()));
        }
    }

    /** Takes over a task that an earlier agent started; without a handle it is looked for first. */
    void adopt(Optional<TaskDirectories> directories) {
        if (isDead()) {
            return;
        }
        if (handle.isPresent()) {
            recover(handle.get());
            return;
        }
        phase = new Phase.Starting();
        loop.<Optional<DriverHandle>>offload(
                "find-" + task.name(),
                () -> directories.isPresent() ? driver.find(directories.get()) : Optional.<DriverHandle>empty(),
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Done<Optional<DriverHandle>> done
                            && done.value().isPresent()) {
                        handle = done.value();
                        state = with(TaskStatus.RUNNING, state.failed(), loop.now(), Instant.EPOCH);
                        recover(handle.get());
                    } else if (stopWanted) {
                        die(false);
                    } else {
                        phase = new Phase.Idle();
                        start();
                    }
                });
    }

    private void recover(DriverHandle kept) {
        phase = new Phase.Starting();
        loop.<Boolean>offload(
                "adopt-" + task.name(),
                () -> {
                    driver.recover(kept);
                    return true;
                },
                outcome -> {
                    switch (outcome) {
                        case Loop.Outcome.Done<Boolean> done -> adopted(kept);
                        case Loop.Outcome.Failed<Boolean> failed -> {
                            event(
                                    "Failed Restoring Task",
                                    "the task is gone: " + failed.reason().getMessage() + "; it is started again",
                                    Map.of());
                            handle = Optional.empty();
                            phase = new Phase.Idle();
                            if (stopWanted) {
                                die(false);
                            } else {
                                start();
                            }
                        }
                    }
                });
    }

    private void adopted(DriverHandle kept) {
        phase = new Phase.Running();
        driver.watch(kept, exit -> loop.execute(() -> exited(kept, exit)));
        changed.run();
        if (stopWanted) {
            beginStop();
        }
    }

    private void exited(DriverHandle ended, ExitResult exit) {
        if (handle.filter(current -> current.equals(ended)).isEmpty()) {
            return;
        }
        var details = new TreeMap<String, String>();
        details.put("exit_code", Integer.toString(exit.exitCode()));
        details.put("signal", Integer.toString(exit.signal()));
        details.put("oom_killed", Boolean.toString(exit.oomKilled()));
        exit.error().ifPresent(error -> details.put("exit_message", error));
        addEvent(new TaskEvent(
                "Terminated",
                exit.at(),
                "Exit Code: " + exit.exitCode() + (exit.signal() == 0 ? "" : ", Signal: " + exit.signal())
                        + (exit.oomKilled() ? ", killed because it used more memory than it may" : "")
                        + exit.error()
                                .map(error -> ", Exit Message: \"" + error + "\"")
                                .orElse(""),
                details,
                false,
                exit.exitCode(),
                exit.signal()));
        if (phase instanceof Phase.Running) {
            phase = new Phase.Cleaning();
            clean(ended, () -> afterExit(exit));
        }
    }

    private void afterExit(ExitResult exit) {
        handle = Optional.empty();
        if (stopWanted) {
            die(false);
        } else {
            decide(restarts.afterExit(exit.successful(), loop.now(), loop.random()));
        }
    }

    private void decide(RestartTracker.Decision decision) {
        switch (decision) {
            case RestartTracker.Decision.Done done -> die(false);
            case RestartTracker.Decision.GiveUp giveUp -> {
                event("Not Restarting", giveUp.reason(), Map.of("fails_task", "true"));
                die(true);
            }
            case RestartTracker.Decision.Again again -> {
                event(
                        "Restarting",
                        "Task restarting in "
                                + dev.steppe.model.codec.GoDuration.format(
                                        again.delay().truncatedTo(java.time.temporal.ChronoUnit.MILLIS)),
                        Map.of(
                                "restart_reason",
                                again.reason(),
                                "start_delay",
                                Long.toString(again.delay().toNanos())));
                state = new TaskState(
                        TaskStatus.PENDING,
                        false,
                        state.restarts() + 1,
                        loop.now(),
                        state.startedAt(),
                        Instant.EPOCH,
                        state.events());
                changed.run();
                phase = new Phase.Waiting(loop.after(again.delay(), this::start));
            }
        }
    }

    /** Ends the task: now when it does not run, else after its kill signal and timeout. */
    void stop() {
        if (stopWanted || isDead()) {
            return;
        }
        stopWanted = true;
        switch (phase) {
            case Phase.Idle idle -> die(false);
            case Phase.Waiting waiting -> {
                waiting.timer().cancel();
                die(false);
            }
            case Phase.Running running -> beginStop();
            case Phase.Starting starting -> event("Killing", "waits for the start that is under way", Map.of());
            case Phase.Cleaning cleaning -> event("Killing", "waits until what ended is cleaned up", Map.of());
            case Phase.Stopping stopping -> throw new IllegalStateException("stopped twice");
            case Phase.Dead dead -> throw new IllegalStateException("stopped after its end");
        }
    }

    private void beginStop() {
        var running = handle.orElseThrow();
        phase = new Phase.Stopping();
        event(
                "Killing",
                "Sent interrupt. Waiting " + dev.steppe.model.codec.GoDuration.format(task.killTimeout())
                        + " before force killing",
                Map.of("kill_timeout", task.killTimeout().toString()));
        loop.<Boolean>offload(
                "stop-" + task.name(),
                () -> {
                    driver.stop(running, task.killSignal(), task.killTimeout());
                    return true;
                },
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<Boolean> failed) {
                        event("Killing", "stopping failed: " + failed.reason().getMessage(), Map.of());
                    }
                    event("Killed", "Task successfully killed", Map.of());
                    clean(running, () -> die(false));
                });
    }

    /** Removes what is left of an ended process before anything else is started in its place. */
    private void clean(DriverHandle ended, Runnable then) {
        loop.<Boolean>offload(
                "clean-" + task.name(),
                () -> {
                    driver.destroy(ended);
                    return true;
                },
                outcome -> {
                    if (outcome instanceof Loop.Outcome.Failed<Boolean> failed) {
                        event(
                                "Driver Failure",
                                "cleaning up failed: " + failed.reason().getMessage(),
                                Map.of());
                    }
                    then.run();
                });
    }

    private void die(boolean failed) {
        handle = Optional.empty();
        phase = new Phase.Dead();
        state = with(TaskStatus.DEAD, failed, state.startedAt(), loop.now());
        changed.run();
    }

    /** The task cannot run since another part of its allocation failed. */
    void fail(String type, String message) {
        event(type, message, Map.of());
        die(true);
    }

    void event(String type, String message, Map<String, String> details) {
        addEvent(new TaskEvent(
                type, loop.now(), message, new TreeMap<>(details), details.containsKey("fails_task"), 0, 0));
    }

    private void addEvent(TaskEvent event) {
        List<TaskEvent> events = new ArrayList<>(state.events());
        events.add(event);
        while (events.size() > TaskState.EVENTS_MAX) {
            events.removeFirst();
        }
        state = new TaskState(
                state.status(),
                state.failed(),
                state.restarts(),
                state.lastRestart(),
                state.startedAt(),
                state.finishedAt(),
                Collections.unmodifiableList(events));
        changed.run();
    }

    private TaskState with(TaskStatus status, boolean failed, Instant startedAt, Instant finishedAt) {
        return new TaskState(
                status, failed, state.restarts(), state.lastRestart(), startedAt, finishedAt, state.events());
    }
}
